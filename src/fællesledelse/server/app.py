"""The server: Voilà's application with our own doors.

Only the routes listed in ``init_handlers`` exist. Voilà's directory tree, file download, contents and execution routes
are not among them, and no configuration file or address can bring them back.
"""

import asyncio
import logging
import shutil
import signal
import ssl
import tempfile
import traceback
from typing import Any

import jinja2
import tornado.web
from jupyter_server.auth.identity import IdentityProvider, User
from jupyter_server.base.handlers import FileFindHandler
from tornado.httpserver import HTTPServer
from tornado.ioloop import IOLoop
from tornado.netutil import bind_sockets
from traitlets.config import Config
from voila.app import Voila
from voila.configuration import VoilaConfiguration
from voila.paths import collect_static_paths, collect_template_paths
from voila.static_file_handler import MultiStaticFileHandler
from voila.utils import get_voila_labextensions_path

from ..share import share
from . import access_api, answers_api, notebook_page, operator_api, pages, prose
from .assets import STATIC, asset
from .house import House
from .kernels import Kernels
from .web import Armoured

GATHERING = r"(?P<gathering>[a-z0-9-]{1,40})"
STEP = r"(?P<step>[a-z0-9-]{1,60})"
KEY = r"(?P<key>[a-z0-9.-]{1,120})"
KERNEL = r"(?P<kernel_id>\w+-\w+-\w+-\w+-\w+)"
LARGEST_BODY = 1 << 20  # bytes; the longest text a field takes is far below
GRACE = 5.0  # seconds that requests under way get at a stop


class Identity(IdentityProvider):
    """Tells Jupyter's handlers who is asking. The session was resumed before they were asked."""

    def get_user(self, handler: tornado.web.RequestHandler) -> User | None:
        """Called by JupyterHandler.prepare."""
        session = getattr(handler, "session", None)
        return User(session.person.id) if session is not None else None


class Static(Armoured, tornado.web.StaticFileHandler):
    """Own styles, scripts and fonts."""


class VoilaStatic(Armoured, MultiStaticFileHandler):
    """Voilà's own script."""


class Extension(Armoured, FileFindHandler):
    """The widget manager's and anywidget's scripts."""


class WorkbookServer(Voila):
    """Serves the workbook until it is told to stop."""

    def __init__(self, house: House) -> None:
        settings = house.settings
        super().__init__(
            config=_configuration(), ip=settings.address, port=settings.port, port_retries=0, open_browser=False
        )
        self.house = house
        Kernels.house = house

    def initialize(self, argv: Any = None) -> None:
        """Set up without reading command line or configuration files: nothing outside may loosen what is set here."""
        self._quiet_log()
        self.root_dir = tempfile.mkdtemp(prefix="faellesledelse-")
        self.voila_configuration = VoilaConfiguration(parent=self)
        self.template_paths = [*collect_template_paths(["voila", "nbconvert"], "lab", prune=True)]
        self.template_paths[:0] = [str(share("templates/voila") / "templates/faellesledelse"), str(share("templates"))]
        self.static_paths = collect_static_paths(["voila", "nbconvert"], "lab")

    def init_settings(self) -> dict[str, Any]:
        """Called by Voilà at start."""
        settings: dict[str, Any] = super().init_settings()
        self.kernel_spec_manager.kernel_dirs = []  # one kernel: this interpreter, whatever a user has installed beside it
        return settings | {
            "house": self.house,
            "contents_manager": self.house.shelf,
            "login_url": "/log-ind",
            "log_function": _log_request,
            "operator_token": operator_api.make_token(self.house.settings.operator_token),
            "default_handler_class": pages.Nowhere,
            "compress_response": True,
        }

    def init_handlers(self) -> list[Any]:
        """Every route there is. Called by Voilà at start."""
        page = {
            "template_paths": self.template_paths,
            "config": self.config,
            "voila_configuration": self.voila_configuration,
        }
        extensions = get_voila_labextensions_path([])
        return [
            (r"/", pages.FrontDoor),
            (r"/log-ind", pages.PublicPage, {"template": "sign_in.html"}),
            (r"/invitation", pages.PublicPage, {"template": "enrol.html"}),
            (r"/glemt", pages.PublicPage, {"template": "forgotten.html"}),
            (r"/ny-adgang", pages.PublicPage, {"template": "renew.html"}),
            (r"/sundhed", pages.Health),
            (rf"/hold/{GATHERING}/privatliv", pages.NoticePage),
            (rf"/hold/{GATHERING}/datoer", pages.DatesPage),
            (rf"/hold/{GATHERING}/det-kan-din-facilitator-se", pages.FacilitatorViewPage),
            (rf"/hold/{GATHERING}/overblik", pages.OverviewPage),
            (rf"/hold/{GATHERING}/", notebook_page.NotebookPage, page),
            (rf"/hold/{GATHERING}/{STEP}", notebook_page.NotebookPage, page),
            (r"/api/session", access_api.SessionHandler),
            (r"/api/log-in", access_api.LogInHandler),
            (r"/api/log-out", access_api.LogOutHandler),
            (r"/api/invitation", access_api.InvitationHandler),
            (r"/api/enrol", access_api.EnrolHandler),
            (r"/api/recover", access_api.RecoverHandler),
            (r"/api/forgotten", access_api.ForgottenHandler),
            (r"/api/renew", access_api.RenewHandler),
            (rf"/api/kernels/{KERNEL}", notebook_page.KernelHandler),
            (rf"/api/kernels/{KERNEL}/channels", notebook_page.KernelSocket),
            (rf"/voila/api/shutdown/{KERNEL}", notebook_page.ShutdownHandler),
            (rf"/api/{GATHERING}/notice", access_api.NoticeHandler),
            (rf"/api/{GATHERING}/steps/{STEP}", answers_api.StepHandler),
            (rf"/api/{GATHERING}/steps/{STEP}/done", answers_api.DoneHandler),
            (rf"/api/{GATHERING}/answers/{KEY}", answers_api.AnswerHandler),
            (rf"/api/{GATHERING}/answers/{KEY}/versions", answers_api.VersionsHandler),
            (r"/operator/invitations", operator_api.InvitationsHandler),
            (r"/operator/safe/request", operator_api.SafeRequestHandler),
            (r"/operator/safe/result", operator_api.SafeResultHandler),
            (r"/assets/(.*)", Static, {"path": str(STATIC)}),
            (r"/voila/static/(.*)", VoilaStatic, {"paths": self.static_paths}),
            (r"/voila/labextensions/(.*)", Extension, {"path": extensions, "no_cache_paths": []}),
        ]

    def listen(self) -> None:
        """Listen on one address and port, and stop gracefully at SIGTERM or Ctrl-C. Called by Voilà at start."""
        settings = self.house.settings
        context = None
        if settings.certificate is not None and settings.certificate_key is not None:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(settings.certificate, settings.certificate_key)
        server = HTTPServer(self.app, ssl_options=context, max_body_size=LARGEST_BODY, max_header_size=32_768)
        sockets = bind_sockets(settings.port, settings.address)
        server.add_sockets(sockets)
        self.port = sockets[0].getsockname()[1]
        self.ioloop = IOLoop.current()
        stopping = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            self.ioloop.asyncio_loop.add_signal_handler(number, stopping.set)  # type: ignore[attr-defined]
        self.log.info("Listening on %s", settings.origin)
        self.ioloop.run_sync(lambda: self._serve_until(stopping, server))

    async def _serve_until(self, stopping: asyncio.Event, server: HTTPServer) -> None:
        await stopping.wait()
        self.log.info("Stopping")
        server.stop()
        await self.kernel_manager.shutdown_all(now=True)
        try:
            await asyncio.wait_for(server.close_all_connections(), GRACE)
        except TimeoutError:
            self.log.info("Some connections did not close in time")
        self.house.close()
        shutil.rmtree(self.connection_dir, ignore_errors=True)
        shutil.rmtree(self.root_dir, ignore_errors=True)

    def _quiet_log(self) -> None:
        for handler in self.log.handlers:
            handler.setFormatter(QuietFormatter("%(asctime)s %(levelname)s %(message)s"))
            handler.addFilter(_without_cells)


class QuietFormatter(logging.Formatter):
    """Writes where an exception came from, never its message: a message may quote what someone wrote."""

    def formatException(self, ei: Any) -> str:
        """Type and frames."""
        frames = "".join(traceback.format_tb(ei[2]))
        return f"{frames}{ei[0].__name__ if ei[0] else 'exception'}"


def pages_environment() -> jinja2.Environment:
    """The templates of the pages the server renders itself."""
    loader = jinja2.FileSystemLoader([share("templates/pages")])
    environment = jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.StrictUndefined)
    environment.globals["asset"] = asset
    environment.filters["asset"] = asset
    return environment


def _configuration() -> Config:
    config = Config()
    config.Voila.identity_provider_class = Identity
    config.Voila.log_level = logging.WARNING
    config.VoilaConfiguration.template = "faellesledelse"
    config.VoilaConfiguration.allow_template_override = "NO"
    config.VoilaConfiguration.allow_theme_override = "NO"
    config.VoilaConfiguration.file_allowlist = []
    config.VoilaConfiguration.show_tracebacks = False
    config.VoilaConfiguration.multi_kernel_manager_class = Kernels
    config.VoilaConfiguration.page_config_hook = notebook_page.page_config
    config.VoilaConfiguration.extension_allowlist = [
        "@jupyter-widgets/jupyterlab-manager",
        "@voila-dashboards/widgets-manager8",
        "anywidget",
    ]
    config.VoilaExporter.language_code = "da"
    config.VoilaExporter.filters = {"asset": asset, "clean_markdown": prose.clean}
    # a kernel that has died stays dead: a restarted one would be empty and deaf, and the page renews itself anyway
    config.KernelManager.autorestart = False
    config.KernelManager.transport = "ipc"
    config.Kernels.cull_idle_timeout = 900  # seconds
    config.Kernels.cull_interval = 60  # seconds
    config.Kernels.cull_connected = False
    return config


def _log_request(handler: tornado.web.RequestHandler) -> None:
    """One line per request at level INFO: which handler, not which address, so that nothing typed reaches a log."""
    logging.getLogger("faellesledelse.access").info(
        "%s %s %d %.0f ms",
        handler.request.method,
        type(handler).__name__,
        handler.get_status(),
        1000 * handler.request.request_time(),
    )


def _without_cells(record: logging.LogRecord) -> bool:
    """Keep Voilà from printing a failed cell with its outputs."""
    if "executing cell" in str(record.msg):
        record.msg, record.args = "A cell failed", ()
    return True
