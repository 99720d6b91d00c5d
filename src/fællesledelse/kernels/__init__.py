"""Programs and Jupyter kernels that are forks of a process which has imported everything.

zygote = await Zygote.start(modules=["ipykernel.kernelapp"], env=env, cwd="/")
process = await zygote.run([sys.executable, "-m", "mypackage.report"], env=env, cwd="/", fds={1: pipe})
status = await process.ended()
"""

from .forked import Forked
from .zygote import Zygote, ZygoteError, available

PROVISIONER = "fork-provisioner"
"""The name by which a kernelspec's metadata asks for `ForkProvisioner`."""

__all__ = ["PROVISIONER", "Forked", "Zygote", "ZygoteError", "available"]
