"""A step's page: Voilà runs its notebook in a kernel that belongs to the session, and every road to it asks whose it is."""

from typing import Any

from voila.handler import VoilaHandler
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler

from ..model import Role, StepKind
from .answers_api import open_step
from .feed import Visit
from .kernels import Kernels
from .pages import notice_accepted, shell
from .web import Api, Guarded, Page, Refused


class NotebookPage(Page, VoilaHandler):
    """GET: the page of a step."""

    visit: Visit
    shell: dict[str, Any]

    async def get(self, gathering: str, step: str = "") -> None:
        """Stream the page while the kernel starts. The first visit goes by the privacy notice."""
        cohort, mine = await self.membership(gathering)
        if not await notice_accepted(self, cohort):
            self.redirect(f"/hold/{gathering}/privatliv")
            return
        if mine.role is Role.FACILITATOR:
            self.redirect(f"/hold/{gathering}/overblik")
            return
        welcome = next((s.name for s in cohort.manifest.steps if s.kind is StepKind.WELCOME), "")
        if step and step == welcome:
            self.redirect(f"/hold/{gathering}/")
            return
        page = await open_step(self, cohort, mine.group, step or welcome)
        self.visit = Visit(self.signed_in, mine, cohort, page)
        context = await shell(self, cohort, mine, page.name)
        self.shell = context | {"step": {"name": page.name, "title": page.title, "minutes": page.minutes}}
        self.clear_header("Server")
        async for html in self.get_generator(path=f"{gathering}/{page.name}.ipynb"):
            self.write(html)
            await self.flush()


def page_config(config: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Voilà's hook: give the template what surrounds the page. Called once per page view, in the view's own context."""
    from jupyter_server import CallContext

    return config | {"faellesledelse": CallContext.get(CallContext.JUPYTER_HANDLER).shell}


class Owned(Guarded):
    """A handler about one kernel. Someone else's kernel looks like one that does not exist."""

    @property
    def kernels(self) -> Kernels:
        """The kernels of all open pages."""
        kernels: Kernels = self.settings["kernel_manager"]
        return kernels

    async def prepare(self) -> None:
        """Called by Tornado before the method."""
        await super().prepare()
        visit = self.kernels.visit(self.path_kwargs["kernel_id"])
        if visit is None or self.session is None or visit.session.id != self.session.id:
            raise Refused(404, "no-kernel", "Siden er lukket. Genindlæs den.")


class KernelHandler(Owned, Api):
    """GET: whether my page's kernel is alive."""

    async def get(self, kernel_id: str) -> None:
        """404 when it is gone: then the page renews itself."""
        if not await self.kernels.alive(kernel_id):
            raise Refused(404, "no-kernel", "Siden er lukket. Genindlæs den.")
        self.reply({"id": kernel_id, "name": "python3", "execution_state": "idle", "connections": 1, "last_activity": ""})


class ShutdownHandler(Owned, Api):
    """POST: my page is closing. Sent by Voilà's script as a beacon."""

    async def post(self, kernel_id: str) -> None:
        """End the kernel."""
        await self.kernels.shutdown_kernel(kernel_id)
        self.set_status(204)
        self.finish()


class KernelSocket(Owned, VoilaKernelWebsocketHandler):
    """The WebSocket between a page's widgets and its kernel."""

    async def prepare(self) -> None:
        """Called by Tornado before the upgrade. Browsers always say where a WebSocket comes from; others stay out."""
        if not self.check_origin():
            raise Refused(403, "other-origin", "Forbindelsen kom fra en anden side end vores.")
        await super().prepare()
