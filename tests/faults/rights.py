"""Who may what, as it is promised: written beside the guards, not from them.

A line is who, then the doors that are open to them and for which methods. What no line opens is shut, for everybody.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

TABLE = """
anyone       PublicPage.GET Health.GET Static.GET Static.HEAD LogInHandler.POST LogOutHandler.POST InvitationHandler.POST
anyone       EnrolHandler.POST RecoverHandler.POST ForgottenHandler.POST RenewHandler.POST AnotherLinkHandler.POST
signed in    FrontDoor.GET SessionHandler.GET NewCodeHandler.POST DevicesPage.GET DevicesPage.POST

member       NoticePage.GET NoticeHandler.POST NotebookPage.GET StepHandler.GET ComputedHandler.GET KernelSocket.GET
member       LiveHandler.GET CardPage.GET PaperHandler.GET BoardPage.GET BoardWall.GET ProgrammePage.GET LifePage.GET
member       WavesHandler.GET SurveyHandler.GET SurveyPictureHandler.GET CharterPage.GET CharterFileHandler.GET
member       AnswerHandler.PUT VersionsHandler.GET RoomHandler.GET RoomHandler.PUT

leader       DatesPage.GET DatesPage.POST FacilitatorViewPage.GET VetoesPage.GET VetoesHandler.PUT YearPage.GET MinePage.GET
leader       DoneHandler.PUT GalleryPage.GET ThemesPage.GET ThemesPage.POST EvaluationPage.GET ResponseHandler.POST
leader       SurveyPage.GET SurveyAnswerHandler.PUT SurveySendHandler.POST FeedbackHandler.GET DraftsHandler.GET
leader       DraftsHandler.POST GiftsHandler.GET GiftsHandler.POST ContractHandler.GET ContractHandler.PUT
leader       AcceptHandler.POST CardHandler.GET CardHandler.PUT CardHandler.POST PromiseHandler.GET CaseHandler.GET
leader       CaseHandler.PUT CaseHandler.POST VisitHandler.GET VisitHandler.POST PublicationHandler.GET
leader       PublicationHandler.PUT FoundationHandler.GET ReviewsHandler.GET

owner        FormerPage.GET MineHandler.GET SurveyMineHandler.GET SurveyWithdrawHandler.DELETE
former       EraseHandler.DELETE

sharer       TakeBackHandler.DELETE
author       DraftHandler.DELETE GiftHandler.DELETE CardBackHandler.DELETE CaseBackHandler.DELETE WithdrawHandler.DELETE
colleague    GivingHandler.POST
reader       ReadingPage.GET

facilitator  DeskPage.GET RoomsPage.GET RoomsHandler.GET ProjectorPage.GET ProjectorHandler.GET ProjectorHandler.PUT
facilitator  WorkshopsHandler.GET PackHandler.GET MailingsHandler.GET LettersHandler.GET StartHandler.POST
facilitator  SteerHandler.POST AgainHandler.POST CardsHandler.POST DocumentsHandler.GET DocumentHandler.GET
facilitator  StateHandler.GET FileHandler.GET FileHandler.PUT FileHandler.DELETE ParcelHandler.PUT GroupsHandler.POST
facilitator  GroupsHandler.PUT TurnsHandler.GET TurnsHandler.PUT MeetingsHandler.POST MeetingsHandler.PUT
facilitator  BuildHandler.POST UndoHandler.POST ItemsHandler.GET ItemsHandler.PUT ItemsPreviewHandler.POST
facilitator  ItemsFileHandler.GET WordingHandler.GET WordingHandler.PUT PreviewHandler.POST WavesHandler.POST
facilitator  WaveHandler.DELETE CloseHandler.POST ReportHandler.GET SurveyHandler.POST SurveyWaveHandler.DELETE
facilitator  SurveyCloseHandler.POST SurveyEndHandler.POST SurveyReportHandler.GET RoundsHandler.GET RoundsHandler.POST
facilitator  DropHandler.POST MeetingThemeHandler.PUT LifeHandler.GET LifeHandler.POST NetworksPage.GET CharterPage.POST

operator     StatusHandler.POST InvitationsHandler.POST OperatorMailingsHandler.POST BackupHandler.POST KeysHandler.POST
operator     DeletionHandler.POST ExtentHandler.POST LeaderDeletionHandler.POST LeaderExtentHandler.POST
operator     SafeRequestHandler.POST SafeResultHandler.POST
"""


@dataclass(frozen=True)
class Role:
    """Someone who asks. ``places``: leader, former or facilitator by gathering; ``groups``: the group by gathering."""

    name: str
    places: Mapping[str, str]
    groups: Mapping[str, str]
    known: bool = True  # to the server: signed in
    operator: bool = False

    def is_(self, who: str, gathering: str, thing: "Thing | None") -> bool:
        """Whether a line of the table is about them."""
        place = self.places.get(gathering, "")
        near = thing is not None and thing.gathering == gathering
        own = near and thing is not None and self.name == thing.author
        return {
            "anyone": True,
            "signed in": self.known,
            "member": place in ("leader", "facilitator"),
            "leader": place == "leader",
            "owner": place in ("leader", "former"),
            "former": place == "former",
            "facilitator": place == "facilitator",
            "operator": self.operator,
            "sharer": own and place in ("leader", "former"),
            "author": own and place == "leader",
            "colleague": near and thing is not None and self.name in thing.readers - {thing.author} and place == "leader",
            "reader": near and thing is not None and self.name in thing.readers and place == "leader",
        }[who]


@dataclass(frozen=True)
class Thing:
    """Something shared: by whom, and who may read it, by the names of their roles."""

    gathering: str
    author: str
    readers: frozenset[str]


@cache
def doors() -> dict[tuple[str, str], frozenset[str]]:
    """Who may pass, by handler and method."""
    found: dict[tuple[str, str], set[str]] = {}
    for line in filter(None, TABLE.splitlines()):
        who, names = line[:13].strip(), line[13:].split()
        for name in names:
            handler, _, method = name.partition(".")
            found.setdefault((handler, method), set()).add(who)
    return {door: frozenset(who) for door, who in found.items()}
