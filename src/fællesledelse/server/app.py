"""The server: Voilà's application with our own doors.

Only the routes listed in ``init_handlers`` exist. Voilà's directory tree, file download, contents and execution routes
are not among them, and no configuration file or address can bring them back.
"""

import asyncio
import logging
import mimetypes
import os
import re
import shutil
import signal
import ssl
import tempfile
from collections.abc import Awaitable
from contextlib import suppress
from os.path import isfile, join
from typing import Any

import jinja2
import tornado.web
from jupyter_server.auth.identity import IdentityProvider, User
from tornado.http1connection import HTTP1Connection
from tornado.httpserver import HTTPServer
from tornado.httputil import (
    HTTPConnection,
    HTTPHeaders,
    HTTPMessageDelegate,
    HTTPServerConnectionDelegate,
    RequestStartLine,
    ResponseStartLine,
)
from tornado.ioloop import IOLoop
from tornado.netutil import bind_sockets
from traitlets.config import Config
from voila.app import Voila
from voila.configuration import VoilaConfiguration
from voila.exporter import VoilaExporter
from voila.paths import collect_template_paths

from ..share import share
from ..vocabulary import GIFTS
from . import (
    access_api,
    answers_api,
    backup_api,
    cases_api,
    charter_api,
    cohort_api,
    contract_api,
    copies,
    desk,
    devices,
    documents_api,
    evaluation_api,
    experiments_api,
    former,
    gifts_api,
    items_api,
    kernels,
    life_api,
    live_api,
    mailing_api,
    mine_api,
    networks,
    notebook_page,
    operator_api,
    pages,
    programme,
    projector,
    prose,
    publication_api,
    retention,
    room_pages,
    rooms_api,
    sharing_api,
    survey_api,
    themes_api,
    vetoes_api,
    visits_api,
    workshop_api,
    year,
)
from .assets import STATIC, asset, folder_of
from .house import House
from .kernels import Kernels
from .log import quiet
from .prints import Prints
from .processes import Processes
from .web import LARGEST_BODY, Page, Refused

GATHERING = r"(?P<gathering>[a-z0-9-]{1,40})"
STEP = r"(?P<step>[a-z0-9-]{1,60})"
NUMBER = r"(?P<number>[0-9]{1,4})"
KEY = r"(?P<key>[a-z0-9.-]{1,120})"
CARD = r"(?P<card>[a-z0-9.-]{1,100})"
PARCEL = "[0-9a-f]{32}"
WAVE = "(?P<wave>[0-9a-f]{32})"
PICTURE = "(?P<picture>[a-z0-9-]{1,60})"
ITEM = "(?P<item>[a-z0-9.-]{1,60})"
KIND = rf"(?P<kind>{'|'.join(GIFTS)})"
BUILD = "(?P<build>[0-9a-f]{12})"
READER = r"(?P<reader>[\w-]{1,64})"
KERNEL = r"(?P<kernel_id>\w+-\w+-\w+-\w+-\w+)"
PACKINGS = {"br": ".br", "gzip": ".gz"}  # ways of packing, the best first, and how the names of the packed files end
LARGEST_READ = 8 * LARGEST_BODY  # bytes; up to here a body that is too large gets an answer, beyond it the door is shut
LARGEST_FILE_READ = 32 * LARGEST_BODY  # bytes; the same for a cohort's files
FILE = re.compile(rf"/api/{GATHERING}/cohort\.(xlsx|zip)")
LARGEST_MESSAGE = 1 << 18  # bytes from a page to its kernel: fields and versions, never a text
GRACE = 5.0  # seconds that requests under way get at a stop


class Identity(IdentityProvider):
    """Tells Jupyter's handlers who is asking. The session was resumed before they were asked."""

    def get_user(self, handler: tornado.web.RequestHandler) -> User | None:
        """Called by JupyterHandler.prepare."""
        session = getattr(handler, "session", None)
        return User(session.person.id) if session is not None else None


class Static(Page, tornado.web.StaticFileHandler):
    """Own styles, scripts and fonts. They are the same for everyone, so nobody is asked who they are."""

    async def prepare(self) -> None:
        """Called by Tornado before the method."""
        self.check_road()
        name = self.path_args[0]
        if "\0" in name or name.endswith(tuple(PACKINGS.values())):
            raise Refused(404, "not-found", "Filen findes ikke.")
        self.root = str(folder_of(name))

    async def get(self, path: str, include_body: bool = True) -> None:
        """The file, packed as set-up has packed it, where the browser can unpack it."""
        packing = self._packing(path)
        if packing:
            self.set_header("Content-Encoding", packing)
        self.set_header("Vary", "Accept-Encoding")
        await super().get(path + PACKINGS.get(packing, ""), include_body)

    def _packing(self, path: str) -> str:
        """The best way of packing that the browser knows and the file comes in, or nothing."""
        offers = self.request.headers.get("Accept-Encoding", "").replace(" ", "").split(",")
        known = {offer.partition(";")[0] for offer in offers if not offer.endswith(";q=0")}
        return next((way for way, end in PACKINGS.items() if way in known and isfile(join(self.root, path + end))), "")

    def get_content_type(self) -> str:
        """Called by Tornado: what a packed file is when it is unpacked."""
        kind, _packing = mimetypes.guess_type(str(self.absolute_path))
        return kind or "application/octet-stream"

    def set_extra_headers(self, path: str) -> None:
        """Called by Tornado for every file. A module that another imports has no fingerprint: ask each time."""
        if not self.get_argument("v", ""):
            self.set_header("Cache-Control", "no-cache")


class _Doors(HTTPServerConnectionDelegate):
    """Lets a cohort's files be larger than everything else."""

    def __init__(self, inner: HTTPServerConnectionDelegate) -> None:
        self._inner = inner

    def start_request(self, server_conn: object, request_conn: HTTPConnection) -> HTTPMessageDelegate:
        """Called by Tornado before each request is read."""
        return _Door(self._inner.start_request(server_conn, request_conn), request_conn)

    def on_close(self, server_conn: object) -> None:
        """Called by Tornado when a connection ends."""
        self._inner.on_close(server_conn)


class _Door(HTTPMessageDelegate):
    """One request; all of it but the room for its body is left to ``inner``."""

    def __init__(self, inner: HTTPMessageDelegate, connection: HTTPConnection) -> None:
        self._inner, self._connection = inner, connection

    def headers_received(
        self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders
    ) -> Awaitable[None] | None:
        """Called by Tornado before the body is read."""
        is_file = isinstance(start_line, RequestStartLine) and start_line.method == "PUT" and FILE.fullmatch(start_line.path)
        if isinstance(self._connection, HTTP1Connection):
            self._connection.set_max_body_size(LARGEST_FILE_READ if is_file else LARGEST_READ)
        return self._inner.headers_received(start_line, headers)

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        """Called by Tornado for each piece of the body."""
        return self._inner.data_received(chunk)

    def finish(self) -> None:
        """Called by Tornado when the body has been read."""
        self._inner.finish()

    def on_connection_close(self) -> None:
        """Called by Tornado when the connection ends before that."""
        self._inner.on_connection_close()


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
        quiet(self.log)
        self.root_dir = tempfile.mkdtemp(prefix="faellesledelse-")
        os.chmod(self.root_dir, 0o711)
        Kernels.processes = Processes(self.root_dir)
        self.walls = Kernels.processes.walls.begin()
        self.voila_configuration = VoilaConfiguration(parent=self)
        self.template_paths = [*collect_template_paths(["voila", "nbconvert"], "lab", prune=True)]
        self.template_paths[:0] = [str(share("templates/voila") / "templates/faellesledelse"), str(share("templates"))]

    def init_settings(self) -> dict[str, Any]:
        """Called by Voilà at start."""
        settings: dict[str, Any] = super().init_settings()
        self.kernel_manager.allowed_message_types = list(notebook_page.ALLOWED)
        os.chmod(self.connection_dir, 0o711)  # each kernel is another user, who finds its own folder there, and lists none
        return settings | {
            "house": self.house,
            "contents_manager": self.house.shelf,
            "login_url": "/log-ind",
            "log_function": _log_request,
            "operator_token": operator_api.make_token(self.house.settings.operator_token),
            "default_handler_class": pages.Nowhere,
            "compress_response": True,
            "websocket_max_message_size": LARGEST_MESSAGE,
        }

    def init_handlers(self) -> list[Any]:
        """Every route there is. Called by Voilà at start."""
        exporter = VoilaExporter(
            config=self.config,
            template_name=self.voila_configuration.template,
            template_paths=self.template_paths,
            contents_manager=self.house.shelf,
        )
        return routes(Prints(exporter), Kernels.processes)

    def listen(self) -> None:
        """Listen on one address and port, and stop gracefully at SIGTERM or Ctrl-C. Called by Voilà at start."""
        settings = self.house.settings
        context = None
        if settings.certificate is not None and settings.certificate_key is not None:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(settings.certificate, settings.certificate_key)
        server = HTTPServer(_Doors(self.app), ssl_options=context, max_body_size=LARGEST_READ, max_header_size=32_768)
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
        tasks = [
            asyncio.create_task(copies.go_on(self.house)),
            asyncio.create_task(retention.watch(self.house, self.kernel_manager.end_gathering)),
        ]
        await stopping.wait()
        for task in tasks:
            task.cancel()
        server.stop()
        await self.house.finish(GRACE)
        await self.kernel_manager.end_all()
        Kernels.processes.close()
        with suppress(TimeoutError):
            await asyncio.wait_for(server.close_all_connections(), GRACE / 5)
        self.house.close()
        shutil.rmtree(self.connection_dir, ignore_errors=True)
        shutil.rmtree(self.root_dir, ignore_errors=True)


def routes(prints: Prints, processes: Processes) -> list[Any]:
    """Every route there is, and what makes the pages of steps."""
    page = {"prints": prints, "processes": processes}
    return [
        (r"/", pages.FrontDoor),
        (r"/log-ind", pages.PublicPage, {"template": "sign_in.html"}),
        (r"/invitation", pages.PublicPage, {"template": "enrol.html"}),
        (r"/glemt", pages.PublicPage, {"template": "forgotten.html"}),
        (r"/ny-adgang", pages.PublicPage, {"template": "renew.html"}),
        (r"/sundhed", pages.Health),
        (r"/enheder", devices.DevicesPage),
        (rf"/hold/{GATHERING}/privatliv", pages.NoticePage),
        (rf"/hold/{GATHERING}/datoer", pages.DatesPage),
        (rf"/hold/{GATHERING}/det-kan-din-facilitator-se", pages.FacilitatorViewPage),
        (rf"/hold/{GATHERING}/overblik", desk.DeskPage, page),
        (rf"/hold/{GATHERING}/styring/(?P<name>[a-z-]{{1,40}})", desk.DeskPage, page),
        (rf"/hold/{GATHERING}/rum", room_pages.RoomsPage),
        (rf"/hold/{GATHERING}/tavle", experiments_api.BoardPage),
        (rf"/hold/{GATHERING}/tavle/laerred", experiments_api.BoardWall),
        (rf"/hold/{GATHERING}/{STEP}/kort", room_pages.CardPage),
        (rf"/hold/{GATHERING}/{STEP}/laerred", projector.ProjectorPage),
        (rf"/hold/{GATHERING}/gruppeoensker", vetoes_api.VetoesPage),
        (rf"/hold/{GATHERING}/galleri", publication_api.GalleryPage),
        (rf"/hold/{GATHERING}/forloeb", programme.ProgrammePage),
        (rf"/hold/{GATHERING}/galleri/(?P<publication>{PARCEL})", publication_api.ReadingPage),
        (rf"/hold/{GATHERING}/aaret", year.YearPage),
        (rf"/hold/{GATHERING}/hent-mit", mine_api.MinePage),
        (rf"/hold/{GATHERING}/mit", former.FormerPage),
        (rf"/hold/{GATHERING}/netvaerkets-liv", life_api.LifePage),
        (rf"/hold/{GATHERING}/netvaerk", networks.NetworksPage),
        (rf"/hold/{GATHERING}/evaluering", evaluation_api.EvaluationPage),
        (rf"/hold/{GATHERING}/{charter_api.ADDRESS}", charter_api.CharterPage),
        (rf"/hold/{GATHERING}/spoergeskema", survey_api.SurveyPage),
        (rf"/hold/{GATHERING}/temaer", themes_api.ThemesPage),
        (rf"/hold/{GATHERING}/", notebook_page.NotebookPage, page),
        (rf"/hold/{GATHERING}/{STEP}", notebook_page.NotebookPage, page),
        (r"/api/session", access_api.SessionHandler),
        (r"/api/log-in", access_api.LogInHandler),
        (r"/api/log-out", access_api.LogOutHandler),
        (r"/api/invitation", access_api.InvitationHandler),
        (r"/api/invitation/again", access_api.AnotherLinkHandler),
        (r"/api/enrol", access_api.EnrolHandler),
        (r"/api/recover", access_api.RecoverHandler),
        (r"/api/forgotten", access_api.ForgottenHandler),
        (r"/api/renew", access_api.RenewHandler),
        (r"/api/new-code", access_api.NewCodeHandler),
        (rf"/api/{GATHERING}/live", live_api.LiveHandler),
        (rf"/api/{GATHERING}/contract", contract_api.ContractHandler),
        (rf"/api/{GATHERING}/contract/accept", contract_api.AcceptHandler),
        (rf"/api/{GATHERING}/rooms", room_pages.RoomsHandler),
        (rf"/api/{GATHERING}/rooms/{STEP}", rooms_api.RoomHandler),
        (rf"/api/{GATHERING}/projector/{STEP}", projector.ProjectorHandler),
        (rf"/api/{GATHERING}/workshops", workshop_api.WorkshopsHandler),
        (rf"/api/{GATHERING}/workshops/{STEP}/drejebog\.pdf", workshop_api.PackHandler),
        (rf"/api/{GATHERING}/drafts", sharing_api.DraftsHandler),
        (rf"/api/{GATHERING}/drafts/(?P<draft>{PARCEL})", sharing_api.DraftHandler),
        (rf"/api/{GATHERING}/drafts/(?P<draft>{PARCEL})/feedback", sharing_api.GivingHandler),
        (rf"/api/{GATHERING}/feedback", sharing_api.FeedbackHandler),
        (rf"/api/{GATHERING}/gifts/{KIND}", gifts_api.GiftsHandler),
        (rf"/api/{GATHERING}/gifts/{KIND}/(?P<gift>{PARCEL})", gifts_api.GiftHandler),
        (rf"/api/{GATHERING}/cards/{CARD}", experiments_api.CardHandler),
        (rf"/api/{GATHERING}/cards/{CARD}/dag\.ics", experiments_api.PromiseHandler),
        (rf"/api/{GATHERING}/cards/{CARD}/(?P<share>{PARCEL})", experiments_api.CardBackHandler),
        (rf"/api/{GATHERING}/cases/{CARD}", cases_api.CaseHandler),
        (rf"/api/{GATHERING}/cases/{CARD}/(?P<share>{PARCEL})", cases_api.CaseBackHandler),
        (rf"/api/{GATHERING}/visits/{STEP}", visits_api.VisitHandler),
        (rf"/api/{GATHERING}/publication", publication_api.PublicationHandler),
        (rf"/api/{GATHERING}/publication/(?P<publication>{PARCEL})", publication_api.WithdrawHandler),
        (rf"/api/{GATHERING}/foundation\.(?P<kind>docx|pdf)", publication_api.FoundationHandler),
        (rf"/api/{GATHERING}/reviews\.ics", publication_api.ReviewsHandler),
        (rf"/api/{GATHERING}/mailings", mailing_api.MailingsHandler),
        (rf"/api/{GATHERING}/mailings/letters", mailing_api.LettersHandler),
        (rf"/api/{GATHERING}/mailings/start", mailing_api.StartHandler),
        (rf"/api/{GATHERING}/mailings/pause", mailing_api.SteerHandler, {"act": "pause"}),
        (rf"/api/{GATHERING}/mailings/resume", mailing_api.SteerHandler, {"act": "resume"}),
        (rf"/api/{GATHERING}/mailings/drop", mailing_api.SteerHandler, {"act": "drop"}),
        (rf"/api/{GATHERING}/mailings/again", mailing_api.AgainHandler),
        (rf"/api/{GATHERING}/cards", mailing_api.CardsHandler),
        (rf"/api/{GATHERING}/mine\.zip", mine_api.MineHandler),
        (rf"/api/{GATHERING}/mine", former.EraseHandler),
        (rf"/api/{GATHERING}/mine/(?P<share>{PARCEL})", former.TakeBackHandler),
        (rf"/api/{GATHERING}/vetoes", vetoes_api.VetoesHandler),
        (rf"/api/{GATHERING}/notice", access_api.NoticeHandler),
        (rf"/api/{GATHERING}/cohort", cohort_api.StateHandler),
        (rf"/api/{GATHERING}/cohort\.xlsx", cohort_api.FileHandler),
        (rf"/api/{GATHERING}/cohort\.zip", cohort_api.ParcelHandler),
        (rf"/api/{GATHERING}/cohort/groups", cohort_api.GroupsHandler),
        (rf"/api/{GATHERING}/cohort/turns", cohort_api.TurnsHandler),
        (rf"/api/{GATHERING}/cohort/meetings", cohort_api.MeetingsHandler),
        (rf"/api/{GATHERING}/cohort/build", cohort_api.BuildHandler),
        (rf"/api/{GATHERING}/cohort/undo", cohort_api.UndoHandler),
        (rf"/api/{GATHERING}/cohort/items", items_api.ItemsHandler),
        (rf"/api/{GATHERING}/cohort/items/preview", items_api.ItemsPreviewHandler),
        (rf"/api/{GATHERING}/cohort/items/spoergeskema", items_api.ItemsFileHandler, {"part": "items"}),
        (rf"/api/{GATHERING}/cohort/items/temaer", items_api.ItemsFileHandler, {"part": "themes"}),
        (rf"/api/{GATHERING}/evaluation", evaluation_api.WavesHandler),
        (rf"/api/{GATHERING}/evaluation/{WAVE}", evaluation_api.WaveHandler),
        (rf"/api/{GATHERING}/evaluation/{WAVE}/close", evaluation_api.CloseHandler),
        (rf"/api/{GATHERING}/evaluation/{WAVE}/response", evaluation_api.ResponseHandler),
        (rf"/api/{GATHERING}/evaluation/{WAVE}/report\.(?P<kind>docx|pdf)", evaluation_api.ReportHandler),
        (rf"/api/{GATHERING}/life", life_api.LifeHandler),
        (rf"/api/{GATHERING}/survey", survey_api.SurveyHandler),
        (rf"/api/{GATHERING}/survey/end", survey_api.SurveyEndHandler),
        (rf"/api/{GATHERING}/survey/mine", survey_api.SurveyMineHandler),
        (rf"/api/{GATHERING}/survey/{WAVE}", survey_api.SurveyWaveHandler),
        (rf"/api/{GATHERING}/survey/{WAVE}/close", survey_api.SurveyCloseHandler),
        (rf"/api/{GATHERING}/survey/{WAVE}/items/{ITEM}", survey_api.SurveyAnswerHandler),
        (rf"/api/{GATHERING}/survey/{WAVE}/{PICTURE}\.svg", survey_api.SurveyPictureHandler),
        (rf"/api/{GATHERING}/survey/{WAVE}/send", survey_api.SurveySendHandler),
        (rf"/api/{GATHERING}/survey/{WAVE}/mine", survey_api.SurveyWithdrawHandler),
        (rf"/api/{GATHERING}/charter/{NUMBER}\.(?P<kind>docx|pdf)", charter_api.CharterFileHandler),
        (rf"/api/{GATHERING}/survey/{WAVE}/report\.(?P<kind>docx|pdf)", survey_api.SurveyReportHandler),
        (rf"/api/{GATHERING}/documents", documents_api.DocumentsHandler),
        (rf"/api/{GATHERING}/documents/(?P<name>[a-z0-9-]{{1,60}}\.docx)", documents_api.DocumentHandler),
        (rf"/api/{GATHERING}/themes", themes_api.RoundsHandler),
        (rf"/api/{GATHERING}/themes/{WAVE}/close", themes_api.CloseHandler),
        (rf"/api/{GATHERING}/themes/{WAVE}/drop", themes_api.DropHandler),
        (rf"/api/{GATHERING}/themes/meetings/{STEP}", themes_api.MeetingThemeHandler),
        (rf"/api/{GATHERING}/wording/{STEP}", cohort_api.WordingHandler),
        (rf"/api/{GATHERING}/wording/{STEP}/preview", cohort_api.PreviewHandler, {"prints": prints}),
        (rf"/api/{GATHERING}/steps/{STEP}", answers_api.StepHandler),
        (rf"/api/{GATHERING}/steps/{STEP}/done", answers_api.DoneHandler),
        (rf"/api/{GATHERING}/steps/{STEP}/papir\.pdf", workshop_api.PaperHandler),
        (rf"/api/{GATHERING}/steps/{STEP}/computed", notebook_page.ComputedHandler, {"processes": processes}),
        (rf"/api/{GATHERING}/steps/{STEP}/{BUILD}/{READER}/api/kernels/{KERNEL}/channels", notebook_page.KernelSocket),
        (rf"/api/{GATHERING}/answers/{KEY}", answers_api.AnswerHandler),
        (rf"/api/{GATHERING}/answers/{KEY}/versions", answers_api.VersionsHandler),
        (r"/operator/status", operator_api.StatusHandler),
        (r"/operator/invitations", operator_api.InvitationsHandler),
        (r"/operator/mailings", mailing_api.OperatorMailingsHandler),
        (r"/operator/backup", backup_api.BackupHandler),
        (r"/operator/backup/keys", backup_api.KeysHandler),
        (r"/operator/deletion", backup_api.DeletionHandler),
        (r"/operator/deletion/extent", backup_api.ExtentHandler),
        (r"/operator/leader", backup_api.LeaderDeletionHandler),
        (r"/operator/leader/extent", backup_api.LeaderExtentHandler),
        (r"/operator/safe/request", operator_api.SafeRequestHandler),
        (r"/operator/safe/result", operator_api.SafeResultHandler),
        (r"/assets/(.*)", Static, {"path": str(STATIC)}),
    ]


def pages_environment() -> jinja2.Environment:
    """The templates of the pages the server renders itself."""
    loader = jinja2.FileSystemLoader([share("templates/pages")])
    environment = jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.StrictUndefined)
    environment.globals["asset"] = asset
    return environment


def _configuration() -> Config:
    config = Config()
    config.Voila.identity_provider_class = Identity
    config.Voila.log_level = logging.WARNING
    config.VoilaConfiguration.template = "faellesledelse"
    config.VoilaConfiguration.multi_kernel_manager_class = Kernels
    config.VoilaConfiguration.kernel_spec_manager_class = kernels.PageSpecs
    config.VoilaExporter.filters = {"clean_markdown": prose.clean}
    # a kernel that has died stays dead: a restarted one would be empty and deaf, and the page gets another
    config.KernelManager.autorestart = False
    config.KernelManager.transport = "ipc"
    # else whoever reaches its sockets hears all that it publishes, without a key
    config.KernelManager.transport_encryption = "required"
    config.Kernels.buffer_offline_messages = False  # nobody comes back to a kernel
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
