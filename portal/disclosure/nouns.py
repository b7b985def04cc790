"""Nouns that say what a capitalised name is of, and the words that make no name of them."""

from portal.disclosure.bags import bag
from portal.disclosure.cues import NOT_NAMES
from portal.disclosure.findings import Kind

SCHOOL = bag(
    """
    school academy college nursery kindergarten preschool pre-school playgroup pru madrasah
    madrassah madrasa madressa yeshiva cheder primary infants juniors grammar high sixth
    utc cofe university talmud seminary ysgol coleg
    """
)
HEALTH = bag(
    """
    surgery hospital infirmary practice clinic hospice ward pharmacy camhs physiotherapy
    """
)
COUNCIL = bag(
    """
    council mbc bc cc dc lbc borough ccg icb
    """
)
FAITH = bag(
    """
    mosque masjid church temple gurdwara synagogue shul chapel cathedral mandir minster abbey
    priory parish fellowship ministries tabernacle monastery
    """
)
STRONG = bag(
    """
    hotel hostel guesthouse barracks stadium ltd limited llp plc solicitors chambers fc afc gym
    cic cio scio
    haulage logistics couriers scaffolding roofing tiling plumbing joinery removals beauty nails
    cuts fades barbering kennels stables gazette herald courier argus chronicle advertiser
    telegraph examiner tandoori balti tattoo tattoos florist florists opticians bakers minimart
    autos valeting coaches carpets bookshop jewellers greengrocers fishmongers ironmongers
    fisheries groundworks demolition electricals
    inn arms pub cafe restaurant takeaway supermarket constabulary festival airport station
    library museum theatre cinema barbers garage leisure retail
    """
)
WEAK = bag(
    """
    centre center club hub project trust charity foundation association society team service
    services partnership panel police court home homes house lodge estate park unit housing
    group prison yoi mill market mall board branch scouts cubs brownies guides
    paintball taxis cars tyres motors autos hire kebab kebabs grill pizza bakery butchers foods
    bowling snooker bingo launderette laundrette bookmakers casino basketball rugby karate judo
    boxing motorcycles cadets academy community shop store
    stores federation collective consortium alliance network office offices building suite hall
    room news post mail echo times mercury observer journal reporter recorder press radio dental
    vets wholesale travel tours brotherhood ultras builders construction nurseries garages abc
    """
)
ORGANISATION = HEALTH | FAITH | STRONG | WEAK
STREET = bag(
    """
    road rd street st lane ln avenue ave close drive crescent cres way place court ct gardens
    gdns grove terrace walk mews hill square row rise view green parade mount fold croft flats
    towers tower heights quay wharf boulevard common bank villas cottages cottage farm barn
    dairy rectory vicarage gate lanes bridge roundabout underpass canal heath meadows meadow rec
    playground woods reservoir
    """
)
STREET_SURE = bag(
    """
    road rd street lane ln avenue ave crescent cres gardens gdns grove terrace mews drive close
    lanes
    """
)
EMBLEMS = bag(
    """
    kingfisher phoenix oak oaks acorn willow willows elm beech birch maple ash cedar cedars
    hawthorn rowan sycamore chestnut hazel holly ivy laurel laurels lime limes pine pines poplar
    poplars heather lavender rose roses lily sunflower daisy bluebell primrose poppy orchard
    meadow meadows spring springs brook river lake harbour haven bridge gateway compass anchor
    lighthouse beacon lantern rainbow sunrise horizon sunshine star stars swan robin eagle
    falcon hawk owl owls swallow swallows skylark lark dove otter badger fox hare squirrel
    dolphin butterfly dragonfly bumblebee beehive hive nest den jubilee victoria albert
    coronation millennium trinity emmanuel grace hope unity castle abbey priory manor mill forge
    chapel garden gardens park woodland woodlands forest hillside hilltop highfield sandstone
    granite copper amber ruby sapphire emerald crystal diamond pearl jade bridge horizons futures
    beginnings hearts minds voices roots wings doors dreams stepping stones elms limes
    """
)
EVEN_BLOCKED = bag(
    """
    school academy ltd llp plc cc bc mbc lbc pru fc police cic cio
    """
)
LOWER = bag(
    """
    school academy college primary nursery surgery hospital mosque masjid church gurdwara hotel
    hostel road rd street st lane ave avenue crescent cres terrace grove drive estate park high
    juniors infants market centre club gym solicitors takeaway barbers garage restaurant cafe
    """
)
SMALL_SCHOOLS = bag(
    """
    primary academy high juniors infants nursery
    """
)
PREFIXES = {
    "ysgol": Kind.SCHOOL, "coleg": Kind.SCHOOL, "masjid": Kind.ORGANISATION,
    "jamia": Kind.ORGANISATION, "darul": Kind.ORGANISATION,
    "beis": Kind.ORGANISATION,
    "hmp": Kind.ORGANISATION,
    "yoi": Kind.ORGANISATION, "hmyoi": Kind.ORGANISATION, "raf": Kind.ORGANISATION,
    "heol": Kind.ADDRESS, "ffordd": Kind.ADDRESS, "stryd": Kind.ADDRESS, "maes": Kind.ADDRESS,
    "lon": Kind.ADDRESS, "cae": Kind.ADDRESS, "tim": Kind.ORGANISATION, "cyngor": Kind.AUTHORITY,
    "meddygfa": Kind.ORGANISATION, "ysbyty": Kind.ORGANISATION, "capel": Kind.ORGANISATION,
    "eglwys": Kind.ORGANISATION, "ty": Kind.ADDRESS, "clos": Kind.ADDRESS, "rhodfa": Kind.ADDRESS,
}  # fmt: skip
OF = bag(
    """
    university borough diocese church city college school mosque archdiocese parish
    """
)
JOINERS = bag(
    """
    and of the upon le on in for y yr under cum by with
    """
)
GENERIC = NOT_NAMES | bag(
    """
    primary secondary special independent virtual local maintained faith boarding high state
    free community children's childrens general acute private public whole infant junior middle
    sixth form further higher residential alternative mainstream mental medical youth crown
    magistrates' magistrates county borough city district parish town unitary supreme national
    royal teaching student students islamic muslim jewish catholic christian sikh hindu anglican
    english welsh british scottish irish professional personal previous current regional area
    central main multi multi-agency single joint legal clinical day night evening weekend half
    full part time online sunday saturday friday after breakfast homework supplementary safer
    schools school's feeder receiving originating host placing neighbouring metropolitan london
    sponsor academy trust trusts pupil referral unit units complementary nurture behaviour
    inclusion attendance exclusion transitional transition admissions governing board body core
    common good best practice reflective evidence based informed trauma restorative therapeutic
    direct statutory universal targeted specialised crisis emergency acute walk-in drop-in out
    hours open closed front back side large small big little contact family's father's mother's
    women's men's girls' boys' girls boys young integrated looked lived missing return leaving
    aftercare supported semi-independent secure children’s approved detention immigration
    removal reception initial interim final full child's carers responsible adolescent
    exploitation prevention prevent channel terrorism counter domestic abuse violence sexual
    substance misuse drug alcohol offending justice probation response access assessment advice
    assurance quality business intelligence information data digital human resources democratic
    member members executive cabinet scrutiny overview corporate parenting commissioning
    performance locality neighbourhood neighbourhoods citizen citizens royal navy army air force
    fire rescue ambulance coastguard military armed civil criminal tribunal upper lower appeal
    administrative coroner's coroners chancery protection leisure sports sport football boxing
    cricket swimming arts craft drama music dance theatre stay play toddler baby foster adoptive
    adoption connected kinship respite short break shared lives rented social council temporary
    accommodation assisted living extra sheltered nursing bed nhs foundation hospital ward care
    health visiting midwifery maternity paediatric accident nursery reception intake duty
    screening triage mash cpr speech language therapy occupational physical educational
    psychology welfare learning disability disabilities autism sensory portage ethnic minority
    traveller asylum refugee resettlement migrant unaccompanied welcome wellbeing emotional peer
    mentoring mentor befriending volunteer volunteers voluntary women men boy girl mother father
    victims victim carer older younger complex key early years whole edge strengthening families
    committee meeting conference interview seminar registered unregistered illegal pathfinder
    think sector faith-based interfaith religious prayer worship bible study theology
    """
)


def kind_of(base: str) -> Kind | None:
    """Return what a noun at the end of a name says of it: a school, a street."""
    if base in SCHOOL:
        return Kind.SCHOOL
    if base in COUNCIL:
        return Kind.AUTHORITY
    if base in STREET:
        return Kind.ADDRESS
    if base in ORGANISATION:
        return Kind.ORGANISATION
    return None
