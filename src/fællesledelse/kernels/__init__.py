"""Programs and Jupyter kernels as forks of a process that has imported and prepared everything: milliseconds, not seconds.

A *zygote* is a process with one thread that imports modules, calls a function of yours, and waits. A program run from it
is a fork: it begins with all of that done, shares the memory it doesn't change, and changes nothing for the next one.

    zygote = await Zygote.start(modules=["numpy", "reports"], prepare="reports:load", arguments=["2026"], env=env, cwd="/")
    process = await zygote.run([sys.executable, "-m", "reports", "may"], env=env, cwd="/", fds={1: pipe})
    status = await process.ended()

    build = await Zygote.start(modules=[], prepare="reports:more", parent=zygote, env=env, cwd="/")    # a fork that forks

**Kernels.** `ForkProvisioner` starts any Python kernelspec whose metadata names it, in Jupyter's own way with provisioners:

    {"argv": ["python", "-m", "ipykernel_launcher", "-f", "{connection_file}"], "display_name": "Python (forked)",
     "metadata": {"kernel_provisioner": {"provisioner_name": "fork-provisioner", "config": {"modules": ["pandas"]}}}}

A server may bring a zygote of its own, ``await manager.start_kernel(zygote=zygote)``, in which the first half of the kernel
is made already (``prepare="….kernels.kernel:prepare"``, see `KernelApp`), with widgets and all that your notebooks need.

**What a fork has and has not.** Its environment, its working folder and its descriptors are those you name. It has a session
and signal handlers of its own, and its own chance, and it runs none of what ``prepare`` has registered for the end. What the
interpreter reads only once (PYTHONPATH, PYTHONHASHSEED, the locale) is the zygote's. A preparation must end its
threads and close its files, else `ZygoteError` names them. debugpy is kept out, since it would bring threads; kernels say
that they can't be debugged.

**Who dies when.** A zygote ends when it is closed, and when the process that started it is gone, even by SIGKILL, and so do
its forks and what they have started: the operating system sees to it (`nursery.watch`). Forks outlive a zygote that was
closed or killed. ``zygote.alive`` and ``zygote.stale()`` say when to start another one; `ForkProvisioner` does by itself.

Linux 5.3 or later. Elsewhere ``available()`` is false, kernels are started the ordinary way, and the log says so once.

    nursery      the program inside a zygote          zygote, forked     the server's end of a zygote and of a fork
    provisioner  what Jupyter calls                   app, kernel        an ipykernel in two halves, one before the fork
"""

from .forked import Forked
from .zygote import Zygote, ZygoteError, available

PROVISIONER = "fork-provisioner"
"""The name by which a kernelspec's metadata asks for `ForkProvisioner`."""

__all__ = ["PROVISIONER", "Forked", "Zygote", "ZygoteError", "available"]
