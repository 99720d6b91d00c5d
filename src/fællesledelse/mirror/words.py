"""The words that the mirror's rules know. Everything here is data: add a word, and the rule knows it.

All in small letters. Endings are written out where they matter; ``_forms`` adds the regular ones of an adjective.
"""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _forms(text: str) -> frozenset[str]:
    """An adjective with its regular -t and -e: tydelig, tydeligt, tydelige; åben, åbent, åbne; loyal, loyalt, loyale."""
    forms = set()
    for word in text.split():
        stem = word[:-2] + word[-1] if word.endswith(("en", "el")) else word
        stem += "m" if word.endswith("som") else ""
        forms |= {word, f"{word}t", f"{stem}e"}
    return frozenset(forms)


# Small words

SELF = _words("jeg vi")
PERSONS = SELF | _words("i du man han hun")
SELF_WORDS = _words("jeg mig min mit mine vi os vores")
POSSESSIVE = _words("min mit mine vores jeres dit din dine")

NEGATIONS = _words("ikke aldrig hverken ingen intet næppe uden")

ADVERBS = _words(
    """altid også selv gerne bare jo så nu tit ofte derfor stadig fortsat løbende hellere helst bedre mere mest meget
    ret rigtig utrolig virkelig grundlæggende generelt først fremmest især særligt særlig naturligvis selvfølgelig
    måske nok vel da dog både samtidig hurtigt tidligt tydeligt systematisk aktivt målrettet konsekvent kun lige
    heller somme tider sommetider typisk normalt egentlig faktisk endnu allerede snart igen alle alt godt højt
    sammen tæt åbent ærligt ligeså dybt yderst ganske bevidst ikke aldrig"""
)

CONJUNCTIONS = _words(
    "og men eller at når hvis fordi så mens som der da samt for end hvor hvordan hvornår hvorfor hvad om før inden indtil "
    "selvom selv end ligesom hvem hvilke hvilken"
)

MODALS = _words("vil ville skal skulle kan kunne må måtte bør burde tør turde")

COPULAS = _words("er være var været bliver blive blev blevet fremstår fremstå virker virke opleves")

FILLERS = ADVERBS | _words("jeg mig dig sig os jer i vi du det den dem")
"""What may stand between an auxiliary and its infinitive."""

OPENERS = _words("og men eller at når hvis fordi så mens som da samt end hvor selvom")
"""A clause begins after these."""

PASTS = _words(
    """tog gav gik kom så lod bar fandt stod lå lagde sagde spurgte vidste skrev sad blev fik bad holdt hang drak løb
    slog sprang skar bød brød trak traf vandt lærte gjorde solgte bragte valgte"""
)

QUESTIONS = _words("hvad hvem hvilke hvilken hvilket hvordan hvornår hvorfor om")
"""What begins a question inside a sentence: "hvad der skal løses" asks, and needs no actor."""

MUTUAL = _words("hinanden skift fællesskab mig os")
"""Words beside a passive that say who does it all the same."""

POINTING = _words("det den de dette disse")

LINKS = ADVERBS | _words("jeg vi du i og men eller en et som")
"""What may stand between "er" and the qualities it says, and between one quality and the next."""

# What makes a sentence concrete

CONCRETE = _words(
    """mandag tirsdag onsdag torsdag fredag lørdag søndag mandage onsdage fredage mandagen tirsdagen onsdagen torsdagen
    fredagen januar februar marts april maj juni juli august september oktober november december klokken kl kvarter
    kvarteret minut minutter time timer uge uger ugen måned måneder måneden to tre fire fem seks syv otte ni ti
    elleve tolv tyve tredive halvtreds hundrede tusind million millioner kroner procent gangen kantinen telefonen
    formiddag formiddagen eftermiddag eftermiddagen aften aftener aftenen morgen morgenen fx eks eksempel eksempelvis
    konkret betyder"""
)
"""Days, times, numbers, places one can stand in, and words that announce an example."""

SEEN = _words(
    """ringer ringe ringede spørger spørge spurgte svarer svare svarede siger sige sagde skriver skrive skrev sidder
    sidde sad læser læse læste fortæller fortælle fortalte henter hente hentede bringer lægge lagde
    hænger besøger besøge besøgte sender sende sendte afbryder afbryde tier tie kalder kalde kaldte aflyser aflyse
    flytter flytte flyttede fjerner fjerne lukker lukke lukkede slukker slukke sletter skærer beder bede bad takker
    takke roser rose undskylder venter vente ventede tæller regner låner cykler kører køre kørte sætter bytter
    noterer viser køber betaler indkalder inviterer invitere gentager opsummerer fremlægger underskriver ansætter
    fyrer"""
)
"""What one could see or hear somebody do; counts wherever it stands."""

EMPTY = (
    COPULAS
    | MODALS
    | _words(
        """har have haft havde får få fik gør gøre gjorde forventer forvente ønsker ønske håber håbe tror tro mener mene
        synes tænker tænke føler føle oplever opleve kender kende ved vide opfatter betragter anser ser se vægter vægte
        prioriterer prioritere værdsætter værdsætte vil ville brænder brænde stræber stræbe bestræber forsøger forsøge
        prøver prøve øver øve arbejder arbejde tilstræber tilstræbe søger søge sørger sørge elsker elske interesserer
        interessere fokuserer fokusere sikrer sikre skaber skabe udvikler udvikle styrker styrke understøtter
        understøtte støtter støtte fremmer fremme bidrager bidrage lytter lytte inddrager inddrage involverer involvere
        anerkender anerkende motiverer motivere inspirerer inspirere samarbejder samarbejde kommunikerer kommunikere
        leder lede udviser udvise lykkes trives leverer levere løser løse løfter løfte rykker rykke respekterer
        respektere trækker trække værner værne insisterer insistere repræsenterer kendetegner hjælper hjælpe virker
        virke engagerer engagere tilbyder tilbyde udfordrer udfordre optimerer optimere effektiviserer effektivisere
        koordinerer koordinere forbedrer forbedre ledes behøver behøve handler agerer agere fremstår fremstå medvirker
        medvirke kæmper kæmpe satser satse hylder hylde"""
    )
)
"""Verbs that nobody could film: being, wanting, meaning, and the management verbs without an act in them."""

LIGHT = {
    "går": _words("op ind"),
    "gå": _words("op foran"),
    "lægger": _words("vægt stor"),
    "lægge": _words("vægt stor"),
    "tager": _words("ansvar hensyn udgangspunkt afsæt alvorligt højde"),
    "tage": _words("ansvar hensyn udgangspunkt afsæt alvorligt højde"),
    "står": _words("for ved sammen"),
    "stå": _words("for ved sammen"),
    "sætter": _words("pris fokus retning mål centrum rammer rammerne stor"),
    "sætte": _words("pris fokus retning mål centrum rammer rammerne"),
    "møder": _words("leder chef direktør menneske åbenhed tillid respekt"),
    "møde": _words("leder chef direktør menneske åbenhed tillid respekt"),
    "viser": _words("tillid respekt omsorg interesse hensyn vejen"),
    "vise": _words("tillid respekt omsorg interesse hensyn vejen"),
    "holder": _words("af fokus fast"),
    "giver": _words("plads rum tillid frihed mening"),
    "give": _words("plads rum tillid frihed mening"),
}
"""Verbs that are empty together with one of these words soon after: "går op i", but not "går en tur"."""

NOT_A_VERB = _words("her der hver leder chef især nær hvor eller efter over under og år")
"""Words in -r after or before a subject that are no verb."""

# Rule 1: a quality without behaviour

QUALITIES = _forms(
    """åben ærlig tydelig synlig nærværende lyttende anerkendende inddragende involverende imødekommende lydhør
    rummelig ordentlig anstændig troværdig pålidelig tillidsfuld nysgerrig modig ambitiøs fair retfærdig rolig
    tålmodig empatisk omsorgsfuld respektfuld autentisk ydmyg ansvarlig ansvarsfuld loyal solidarisk vedholdende
    handlekraftig beslutsom visionær strategisk helhedsorienteret resultatorienteret resultatskabende
    løsningsorienteret udviklingsorienteret relationsorienteret pragmatisk professionel faglig kompetent engageret
    dedikeret passioneret fleksibel omstillingsparat innovativ kreativ positiv optimistisk energisk inspirerende
    motiverende støttende coachende delegerende tilgængelig opmærksom kontant direkte konsekvent konstruktiv stabil
    udadvendt uformel jordnær menneskelig varm venlig hjælpsom robust proaktiv dynamisk struktureret analytisk
    værdibaseret demokratisk transparent gennemsigtig samarbejdende tillidsskabende retningssættende selvstændig
    humoristisk dialogsøgende"""
) | _words("åbne ærlige direkte nærværende fair kreative positive innovative proaktive konstruktive analytiske konstruktivt")

QUALITY_PHRASES = (
    "til at stole på",
    "til at regne med",
    "god til at lytte",
    "en god lytter",
    "min dør er altid åben",
    "min dør er åben",
    "min dør står altid åben",
    "højt til loftet",
)

VIRTUES = _words(
    """åbenhed ærlighed tillid respekt nærvær mod ordentlighed troværdighed integritet loyalitet humor omsorg empati
    ydmyghed anerkendelse nysgerrighed ansvarlighed retfærdighed anstændighed tydelighed tålmodighed rummelighed
    imødekommenhed gennemsigtighed autenticitet handlekraft beslutsomhed engagement passion dømmekraft
    menneskelighed lydhørhed"""
)

VIRTUE_FRAMES = (
    "værdier er", "kerneværdier er", "ledelsesværdier er", "jeg lægger vægt på", "jeg lægger stor vægt på",
    "jeg vægter", "jeg står for", "jeg har", "jeg besidder", "kendetegner mig", "kernen i min", "bærende i min",
    "min ledelse bygger på", "min ledelse er baseret på", "min ledelse er funderet i", "min ledelse er præget af",
    "min ledelse er båret af", "jeg leder med", "jeg tror på", "i har",
    "møde alle med", "møder alle med", "møder mennesker med", "møde mennesker med", "møder andre med", "møder jer med",
    "er kendetegnet ved", "er præget af", "er båret af", "bygger på",
)  # fmt: skip

PEOPLE = _words(
    """leder ledere lederen chef chefer direktør forvaltningschef menneske mennesker person mand kvinde kollega
    kolleger type medarbejder medarbejdere samarbejdspartner sparringspartner ledertype rollemodel kommunaldirektør
    fagchef"""
)
STYLES = _words("ledelsesstil stil tilgang ledelse facon lederstil væremåde menneskesyn dør ledelsesform lederskab")

# Rule 2: a passive without an actor

DEPONENT = _words(
    """afspejles præges kendetegnes udgøres omfattes
    findes synes lykkes mislykkes trives mødes ses tales enes skændes slås mindes længes ældes færdes omgås kendes
    høres nøjes behøves undres væmmes føles mærkes opleves rygtes samles skilles dages grønnes lysnes kappes kives
    forenes kaldes menes fås gås"""
)
"""Verbs that end in -s without being passive, and those that say how something is."""

MIDDLE = _words("øges ændres forværres fordobles halveres forsinkes udvides mindskes åbnes lukkes dannes opdeles")
"""Verbs that happen by themselves as often as somebody does them: passive only after skal, kan, bør and the like."""

NO_PASSIVE = _words(
    """tres deres jeres hendes alles andres unges ældres yngres pårørendes enkeltes borgeres lederes medarbejderes brugeres
    læreres politikeres beboeres deltageres kommunes forældres manges fælles kongres stedes tilstedes videres
    senestes begges flestes kvinders anledes indes vores proces succes interesses adresses progres stres dennes
    dettes særdeles aldeles ligeledes således anderledes fremdeles undertiden hvorledes"""
)

PARTICIPLES = _words(
    """brugt løst sendt meldt fulgt sagt gjort sat lagt taget spurgt bragt givet holdt hørt set sikret skabt styrket
    fremmet nedsat igangsat iværksat fastsat truffet besluttet aftalt vedtaget valgt lavet udpeget skrevet bedt
    tænkt kendt afsat tilført indført gennemført udført opført udvalgt udsendt fastholdt afholdt overholdt opsagt
    pålagt fremlagt planlagt tilrettelagt foretaget overtaget inddraget modtaget undersøgt besøgt forsøgt talt
    fortalt betalt delt bestilt stillet lyttet fejret omsat ansat bygget drøftet behandlet"""
)

STATES = _words(
    """optaget interesseret engageret forvirret irriteret skuffet overrasket bekymret stresset motiveret inspireret
    forberedt uddannet født ansat berørt glædet beæret kommet gået sket blevet opstået faldet steget vokset
    forelsket frustreret chokeret rørt truet pensioneret vant bange målet arbejdet samarbejdet resultatet huset
    barnet mødet året livet overblikket budgettet noget meget andet eget intet lidet stedet ordet svaret hjertet
    hovedet byrådet udvalget teamet området antallet rådhuset regnskabet"""
)
"""Words in -et or -t after bliver and er that are no passive: states, things that came about, and nouns."""

EMPTY_PARTICIPLES = _words("arbejdet oplevet prioriteret ønsket stræbet bidraget ladet ansvaret brug formået kendskabet")
"""What "jeg har" says without an act."""

PASSIVE_IN_NES = _words("fjernes værnes forenes trænes tjenes fortjenes lånes menes betjenes renes ")
"""Verbs among the many genitives in -rnes and -enes."""

PARTICLES = _words("op ud ind ned til om på af hen igennem fast frem i med for")

ACTORS = _words("mig os jer dig ham hende dem jeres mine vores min den de alle begge")
ACTOR_STEMS = (
    "leder", "medarbejder", "borger", "chef", "team", "udvalg", "byråd", "direkt", "gruppe", "kolleg", "forældre", "pædagog",
    "lærer", "sygeplej", "sagsbehandler", "afdeling", "forvaltning", "folketing", "bestyrelse", "entreprenør", "social",
    "håndværker", "beboer", "bruger", "kommun", "ministeri", "regering", "konsulent", "hr", "økonom", "jurist", "rådgiver",
)  # fmt: skip

# Rule 3: a phrase nobody could disagree with

PHRASES = (
    "vigtigste ressource", "vigtigste aktiv", "største ressource", "største aktiv", "i centrum", "i fokus",
    "lykkes sammen", "lykkes i fællesskab", "samme retning", "sammen er vi stærke", "sammen er vi stærkere",
    "sammen står vi stærkere", "står stærkere sammen", "stærkere sammen", "sammen kan vi mere", "gør en forskel",
    "gøre en forskel", "gør vi en forskel", "skabe værdi", "skaber værdi", "ud af boksen", "på forkant",
    "løfte i flok", "løfter i flok", "hånd i hånd", "glade medarbejdere", "mest muligt ud af", "mest mulig værdi",
    "mest mulig velfærd", "mest for pengene", "gøre vores bedste", "gør vores bedste", "gør sit bedste",
    "gøre sit bedste", "gør deres bedste", "gør mit bedste", "gøre mit bedste", "vil det bedste", "bedste rammer",
    "gode rammer", "bedst mulige", "de bedste betingelser", "mennesker det handler om",
    "det handler om mennesker", "attraktiv arbejdsplads", "god arbejdsplads", "hele mennesker",
    "hinandens forudsætning", "hinandens forudsætninger", "ansvar for helheden", "tage fælles ansvar",
    "løfte opgaven", "i verdensklasse", "det gode samarbejde", "den gode dialog", "den røde tråd",
    "på tværs af organisationen", "er en styrke", "godt arbejdsmiljø", "effektiv drift", "høj kvalitet",
    "højt fagligt niveau", "respekt for hinanden", "respekt for hinandens forskelligheder", "gør hinanden bedre",
    "gøre hinanden bedre", "fremtidens velfærd", "bæredygtig fremtid", "rette kompetencer", "godt sammen",
    "vi er i samme båd", "ingen lykkes alene",
    "blive dygtigere", "blive endnu bedre", "hele tiden blive bedre", "trygge rammer", "spille hinanden gode",
    "gøre hinanden gode", "stå sammen", "står sammen", "mennesker trives", "god service", "den bedste service",
    "den bedst mulige",
)  # fmt: skip
"""Wordings of which nobody would say the opposite."""

GOODS = _words(
    """kvalitet kvaliteten trivsel trivslen arbejdsglæde arbejdsglæden samarbejde samarbejdet dialog dialogen
    kommunikation kommunikationen udvikling udviklingen faglighed fagligheden helhed helheden sammenhæng fællesskab
    fællesskabet arbejdsmiljø arbejdsmiljøet innovation effektivitet værdi velfærd velfærden resultater ledelse
    livskvalitet medarbejdere medarbejderne borgere borgerne borgeren kerneopgaven helhedstænkning arbejdsplads
    læring videndeling sparring rammer mennesker effekt service fremtiden omstillingsparate omstilling forandring
    bæredygtighed"""
)
"""Things that everybody is for."""

CARES = (
    "jeg går op i", "jeg går meget op i", "vi går op i", "jeg brænder for", "jeg interesserer mig for", "jeg vægter",
    "jeg prioriterer", "vi prioriterer", "jeg lægger vægt på", "jeg lægger stor vægt på", "vi lægger vægt på",
    "jeg har fokus på", "vi har fokus på", "vi skal have fokus på", "jeg er optaget af", "jeg er meget optaget af",
    "jeg sætter pris på", "jeg tror på", "jeg ønsker", "ligger mig på sinde", "ligger mig meget på sinde",
    "ligger mig på hjerte", "står mit hjerte nær",
)  # fmt: skip
"""Frames that say that something is dear; empty where it is one of GOODS."""

IMPORTANT = (
    "er vigtig for mig", "er vigtigt for mig", "er vigtige for mig", "betyder meget for mig", "betyder alt for mig",
    "er vigtigt", "er vigtig", "er vigtige", "er afgørende", "er altafgørende", "er centralt", "er central", "er centrale",
    "er alfa og omega", "er en forudsætning for", "er forudsætningen for", "er fundamentet for", "er grundlaget for",
    "er nøglen til", "er vejen til", "er hjørnestenen",
)  # fmt: skip
"""Frames that say that something matters; empty where it is one of GOODS or VIRTUES."""

MUST = _words("skabe sikre levere udvikle styrke fremme yde understøtte have være opnå forbedre tænke tage skabes")
"""What "vi skal" says nothing with, where a good thing follows."""

MUST_GOODS = GOODS - _words("borgere borgerne borgeren medarbejdere medarbejderne mennesker fremtiden")

ARTICLES = _words("en et den det som min mit vores")

# Where sentences end

ABBREVIATIONS = _words(
    """f.eks feks eks bl.a bla dvs d.v.s ca kl nr evt pga p.g.a jf inkl ekskl tlf stk hhv mht m.h.t vedr adm dr prof
    tidl min maks mio mia kr pct afd forv dir ift i.f.t ang pt p.t iht s sml cand st gr"""
)
"""What a full stop may follow inside a sentence. "osv." and "m.fl." aren't here: small letters after them say that the
sentence goes on, and a capital that it has ended."""
