"""Makes claim-evidence pairs by rule from invented statements: effects, amounts, extents and abilities.

Real pairs that may train what ships are two-way and tell about films and singers. This grammar adds what evidence on health,
weather and policy says: something raises, lowers or does not change something; nobody knows; how many; how often; who can.
Every pair is made from lists below; no sentence is taken from a data set.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

SUPPORTS, REFUTES, NEUTRAL = 0, 1, 2
UP, DOWN, NONE, OPEN = "up", "down", "none", "open"


@dataclass(frozen=True, slots=True)
class Pair:
    """A claim beside a piece of evidence with its label (0 supports, 1 refutes, 2 neutral)."""

    claim: str
    evidence: str
    label: int


CAUSES = (
    "vitamin D", "vitamin C", "zinc", "garlic", "green tea", "coffee", "alcohol", "smoking", "vaping", "obesity", "diabetes",
    "high blood pressure", "asthma", "old age", "pregnancy", "regular exercise", "lack of sleep", "stress", "sunlight",
    "warm weather", "cold weather", "high humidity", "dry air", "rain", "air pollution", "wildfire smoke", "mouthwash",
    "hand washing", "alcohol gel", "face masks", "cloth masks", "gloves", "school closure", "travel bans", "lockdowns",
    "physical distancing", "contact tracing", "the flu vaccine", "the measles vaccine", "the new vaccine", "a booster dose",
    "aspirin", "ibuprofen", "paracetamol", "statins", "steroids", "antibiotics", "an antimalarial drug", "the antiviral",
    "convalescent plasma", "blood pressure medication", "herbal medicine", "probiotics", "honey", "fish oil", "red meat",
    "a vegan diet", "fasting", "ultraviolet light", "air conditioning", "open windows", "air filters", "crowded housing",
    "night shifts", "public transport", "pet ownership", "blood type A", "a gene variant", "previous infection",
    "the 5G network", "chlorinated water", "fluoride", "pesticides", "heavy rain", "deforestation", "dams", "river dredging",
    "early warnings", "speed limits", "cycle lanes", "street lighting", "a sugar tax", "a higher minimum wage", "remote work",
    "school meals", "smaller classes", "solar panels", "wind turbines", "electric cars", "nuclear power", "postal voting",
    "voter identification", "mobile phones in class", "social media use", "police patrols", "immigration", "tariffs",
)  # fmt: skip
HARMS = (
    "infection", "severe illness", "death", "mortality", "hospital admission", "the need for intensive care", "lung damage",
    "blood clots", "stroke", "heart attacks", "kidney injury", "depression", "anxiety", "memory loss", "loss of smell",
    "miscarriage", "birth defects", "autism", "cancer", "allergic reactions", "inflammation", "fever", "viral load",
    "transmission of the virus", "the spread of disease", "the number of cases", "diarrhoea", "cholera", "malaria", "dengue",
    "obesity in children", "tooth decay", "hearing loss", "road accidents", "flooding", "landslides", "crop losses",
    "power cuts", "unemployment", "poverty", "crime", "burglary", "electoral fraud", "rents", "inflation in food prices",
    "school absence", "suicide", "drug overdoses", "asthma attacks", "bird deaths", "carbon emissions", "water shortages",
)  # fmt: skip
GOODS = (
    "immunity", "antibody levels", "recovery", "survival", "lung function", "sleep quality", "life expectancy", "test scores",
    "employment", "wages", "turnout", "crop yields", "water quality", "air quality", "fertility", "bone strength",
    "cognitive performance", "local business", "economic growth", "trust in institutions", "fish stocks", "house prices",
)  # fmt: skip
GROUPS = (
    "patients", "children", "older adults", "health workers", "pregnant women", "residents", "students", "men", "women",
    "smokers", "hospital patients", "households", "participants", "people with diabetes", "cats", "dogs", "bats", "farmers",
)  # fmt: skip

# Other words for the same thing, so that claim and evidence need not share them.
ALIASES = {
    "infection": ("becoming infected", "contracting the disease", "infection rates"), "severe illness": ("serious disease",
    "a severe course"),
    "death": ("dying", "a fatal outcome", "mortality"), "mortality": ("death rates", "deaths", "fatality"),
    "hospital admission": ("hospitalisation", "being admitted to hospital"),
    "the need for intensive care": ("admission to the ICU",),
    "lung damage": ("pulmonary injury", "damage to the lungs"), "blood clots": ("thrombosis", "thromboembolic events"),
    "heart attacks": ("myocardial infarction", "cardiac arrest"), "kidney injury": ("renal failure", "acute kidney damage"),
    "depression": ("depressive symptoms", "low mood"), "anxiety": ("anxiety disorders", "nervousness"),
    "stroke": ("strokes", "cerebrovascular accidents"),
    "memory loss": ("cognitive decline", "forgetfulness"), "loss of smell": ("anosmia", "olfactory loss"),
    "miscarriage": ("pregnancy loss", "spontaneous abortion"), "birth defects": ("congenital malformations",),
    "cancer": ("tumours", "malignancy"),
    "inflammation": ("inflammatory response", "cytokine release"), "fever": ("raised temperature",),
    "viral load": ("viral titres", "viral shedding"),
    "transmission of the virus": ("viral transmission", "the spread of the virus"),
    "the spread of disease": ("disease transmission", "contagion"),
    "the number of cases": ("case counts", "incidence", "new infections"), "road accidents": ("traffic collisions",
    "crashes"),
    "crop losses": ("failed harvests",), "power cuts": ("outages", "blackouts"), "unemployment": ("joblessness",),
    "poverty": ("deprivation", "hardship"),
    "crime": ("offending", "criminal offences"), "rents": ("the cost of renting",), "school absence": ("truancy",
    "missed school days"),
    "immunity": ("immune protection", "the immune response"), "antibody levels": ("antibody titres",
    "neutralising antibodies"),
    "recovery": ("clinical recovery", "time to recovery"), "survival": ("survival rates",),
    "lung function": ("respiratory function",),
    "life expectancy": ("longevity",), "test scores": ("school performance", "exam results"), "employment": ("jobs",),
    "wages": ("pay", "earnings"),
    "turnout": ("participation in elections",), "crop yields": ("harvests",), "fertility": ("reproductive capacity",),
    "vitamin D": ("vitamin D supplementation", "25-hydroxyvitamin D levels"), "vitamin C": ("ascorbic acid",),
    "smoking": ("tobacco use", "being a smoker", "cigarettes"),
    "vaping": ("e-cigarette use",), "obesity": ("a high body mass index", "being overweight"),
    "diabetes": ("type 2 diabetes",),
    "high blood pressure": ("hypertension",), "old age": ("advanced age", "older age"),
    "regular exercise": ("physical activity",),
    "lack of sleep": ("sleep deprivation",), "warm weather": ("high temperatures", "heat"),
    "cold weather": ("low temperatures",),
    "high humidity": ("humid conditions",), "air pollution": ("particulate matter", "polluted air"),
    "hand washing": ("hand hygiene", "washing one's hands"),
    "face masks": ("wearing a mask", "mask use", "masks"), "school closure": ("closing schools",),
    "travel bans": ("travel restrictions",),
    "lockdowns": ("stay-at-home orders",), "physical distancing": ("social distancing", "keeping apart"),
    "the flu vaccine": ("influenza vaccination",),
    "the new vaccine": ("vaccination", "being vaccinated", "immunisation"), "a booster dose": ("a third dose",),
    "steroids": ("corticosteroids", "dexamethasone"),
    "blood pressure medication": ("ACE inhibitors", "antihypertensive drugs"), "the antiviral": ("antiviral treatment",),
    "a vegan diet": ("a plant-based diet",),
    "ultraviolet light": ("UV radiation",), "previous infection": ("having been infected before",),
    "immigration": ("the arrival of migrants",),
    "a higher minimum wage": ("raising the minimum wage",), "remote work": ("working from home",),
    "heavy rain": ("intense precipitation",),
}  # fmt: skip

_SAID = {
    UP: ("{c} increases {o}", "{c} raises {o}", "{c} leads to more {o}", "{c} is linked to higher {o}", "{c} boosts {o}",
         "{c} is associated with increased {o}", "{o} is more likely with {c}", "{c} contributes to {o}", "{c} promotes {o}"),
    DOWN: ("{c} reduces {o}", "{c} lowers {o}", "{c} leads to less {o}", "{c} is linked to lower {o}", "{c} decreases {o}",
           "{c} is associated with reduced {o}", "{o} is less likely with {c}", "{c} limits {o}", "{c} cuts {o}"),
    NONE: ("{c} does not affect {o}", "{c} has no effect on {o}", "there is no link between {c} and {o}",
           "{c} makes no difference to {o}", "{o} is not affected by {c}", "{c} is not associated with {o}"),
}  # fmt: skip
_SAID_HARM = {
    UP: ("{c} causes {o}", "{c} is a risk factor for {o}", "{c} can cause {o}", "{c} worsens {o}", "{c} makes {o} worse",
         "{c} increases the risk of {o}", "people exposed to {c} are at higher risk of {o}", "{c} triggers {o}"),
    DOWN: ("{c} prevents {o}", "{c} protects against {o}", "{c} helps against {o}", "{c} is effective against {o}",
           "{c} can stop {o}", "{c} lowers the risk of {o}", "{c} reduces the risk of {o}", "{c} can help prevent {o}"),
    NONE: ("{c} does not cause {o}", "{c} does not prevent {o}", "{c} is no protection against {o}",
           "{c} is ineffective against {o}", "there is no evidence that {c} prevents {o}",
           "{c} is not a risk factor for {o}"),
}  # fmt: skip
_SAID_GOOD = {
    UP: ("{c} improves {o}", "{c} strengthens {o}", "{c} helps {o}", "{c} is good for {o}", "{c} benefits {o}"),
    DOWN: ("{c} harms {o}", "{c} weakens {o}", "{c} impairs {o}", "{c} is bad for {o}", "{c} damages {o}"),
    NONE: ("{c} does not improve {o}", "{c} does not harm {o}", "{c} brings no benefit for {o}"),
}
_FOUND = {
    UP: ("We found that {c} was significantly associated with higher {o} (odds ratio {big}, 95% CI {lo}-{hi}).",
         "{c} was an independent predictor of increased {o}.", "{o} rose by {n}% where {c} was present.",
         "Among {g}, {o} was {n}% higher in the group with {c} than in the group without.",
         "Our results show a positive correlation between {c} and {o}.", "{c} markedly enhanced {o} in a trial of {m} {g}.",
         "Compared with controls, {g} with {c} had more {o} ({h}% versus {n2}%).",
         "Each additional unit of {c} was followed by an increase in {o}."),
    DOWN: ("We found that {c} was significantly associated with lower {o} (odds ratio {small}, 95% CI {slo}-{shi}).",
           "{c} was an independent predictor of reduced {o}.", "{o} fell by {n}% where {c} was present.",
           "Among {g}, {o} was {n}% lower in the group with {c} than in the group without.",
           "Our results show an inverse correlation between {c} and {o}.",
           "{c} markedly suppressed {o} in a trial of {m} {g}.",
           "Compared with controls, {g} with {c} had less {o} ({n2}% versus {h}%).",
           "Each additional unit of {c} was followed by a decline in {o}.", "{c} inhibited {o} in {g}."),
    NONE: ("There was no significant association between {c} and {o} (p = 0.{n}).", "{c} had no measurable effect on {o}.",
           "{o} did not differ between {g} with and without {c}.",
           "In a randomised trial of {m} {g}, {c} changed nothing in {o}.",
           "We found no evidence of a relationship between {c} and {o}.", "{o} was similar whether or not {c} was present.",
           "{c} failed to alter {o} in {g}.", "Neither raised nor lowered {o} was seen with {c}."),
    OPEN: ("Whether {c} influences {o} remains unknown.", "The relationship between {c} and {o} is still unclear.",
           "Further studies are needed to establish whether {c} affects {o}.",
           "We review what has been written on {c} and {o}.",
           "This paper describes a protocol to study {c} and {o} in {m} {g}.",
           "Data on {c} and {o} were collected from {m} {g}.",
           "Evidence on {c} and {o} is limited and conflicting.", "Concerns have been raised about {c} and {o}.",
           "We aimed to examine the role of {c} in {o}.",
           "Several mechanisms by which {c} might act on {o} have been proposed.",
           "The authors discuss {c} in the context of {o}."),
}  # fmt: skip
_FOUND_HARM = {
    UP: ("{c} was a risk factor for {o}.", "{c} aggravated {o} in {g}.",
    "{g} with {c} were {times} times as likely to develop {o}.",
         "{c} is known to induce {o}.", "Exposure to {c} predisposes {g} to {o}."),
    DOWN: ("{c} had a protective effect against {o}.", "{g} with {c} were half as likely to develop {o}.",
           "{c} is known to block {o}.", "{c} effectively mitigated {o}.", "{c} shields {g} from {o}."),
    NONE: ("{c} gave no protection from {o}, nor did it raise the risk.", "{g} with {c} were no more likely to develop {o}.",
           "The hypothesis that {c} plays a part in {o} was rejected."),
}  # fmt: skip
_FOUND_GOOD = {
    UP: ("{o} improved with {c}.", "{c} was beneficial for {o}."),
    DOWN: ("{o} deteriorated with {c}.", "{c} was detrimental to {o}."),
    NONE: ("{o} neither improved nor deteriorated with {c}.",),
}
_BESIDE = (
    "The study was carried out in {m} {g} over {k} months.", "{g} were followed for {k} years.",
    "Funding came from public sources.",
    "Interviews were held in {k} towns.", "The median age was {n} years.", "Data were analysed with a regression model.",
    "This is a growing concern worldwide.", "The findings may not hold elsewhere.", "Samples were taken twice a week.",
    "In recent years the subject has received much attention.", "The report was published in spring.",
)  # fmt: skip
_CERTAIN = ("{s}", "{s}", "{s}", "Studies show that {s}", "Research suggests {s}", "Experts say {s}", "In fact, {s}")

_ABLE = (
    ("spread through the air", "be carried by air"), ("survive on plastic for days",
    "stay alive on plastic surfaces for days"),
    ("infect cats", "pass to cats"), ("be detected by a saliva test", "be found with a test of saliva"),
    ("cross the placenta", "pass from mother to unborn child"), ("withstand high temperatures", "remain stable when heated"),
    ("be cured with a single dose", "be treated successfully by one dose"), ("swim in fresh water",
    "move about in fresh water"),
    ("vote by post", "cast a ballot by mail"), ("see in the dark", "find their way without light"),
    ("work at home", "do their job from home"), ("drive at night", "use the roads after dark"),
    ("be stored at room temperature", "keep without refrigeration"), ("be recycled", "be used again after processing"),
    ("grow in salt water", "thrive in saline water"), ("transmit the disease", "pass the disease on"),
)  # fmt: skip
_THINGS = (
    "the virus", "the new variant", "the bacterium", "mosquitoes", "bats", "citizens abroad", "the vaccine", "the parasite",
    "infected children", "people without symptoms", "the fungus", "young eels", "council staff", "used batteries",
    "the plant",
)  # fmt: skip
_COUNTS = (
    ("people were evacuated from {p}", "residents of {p} had to leave their homes"), ("cases were recorded in {p}",
    "infections were counted in {p}"),
    ("homes in {p} lost power", "households in {p} were without electricity"), ("schools in {p} were closed",
    "schools shut in {p}"),
    ("votes were cast in {p}", "ballots were handed in at {p}"), ("jobs were lost in {p}", "workers lost their jobs in {p}"),
    ("patients in {p} recovered", "patients got well again in {p}"), ("trees were planted in {p}", "new trees stand in {p}"),
)  # fmt: skip
_PLACES = (
    "Northford",
    "Larne Valley",
    "Estmere",
    "the capital",
    "Port Selwyn",
    "the coast",
    "Harrowby",
    "the north",
    "Quillan",
    "Oster County",
)
_EXTENTS = (
    ("most", "the majority of", "over half of", "a large share of"), ("few", "only a small minority of", "hardly any",
    "less than a tenth of"),
    ("all", "every one of", "the whole of", "100% of"), ("no", "none of", "not a single one of", "0% of"),
)  # fmt: skip
_STATES = (
    ("{g} had symptoms", "{g} showed symptoms"), ("{g} were vaccinated", "{g} had been given the vaccine"),
    ("{g} recovered", "{g} got well"), ("{g} tested positive", "{g} had a positive test"),
    ("{g} approved of the plan", "{g} were in favour of the plan"), ("{g} returned home", "{g} went back to their homes"),
)  # fmt: skip


def invented_pairs(count: int, *, seed: int) -> list[Pair]:
    """Return ``count`` pairs, the same for the same seed: seven tenths effects, the rest amounts, extents and abilities."""
    rng = Random(seed)  # noqa: S311 # reproducible, not secret
    made = _endless(rng)
    return [next(made) for _ in range(count)]


def _endless(rng: Random) -> Iterator[Pair]:
    makers = (_effect,) * 7 + (_ability, _amount, _extent)
    while True:
        yield rng.choice(makers)(rng)


def _effect(rng: Random) -> Pair:
    cause, outcome, other_cause, other = rng.choice(CAUSES), "", rng.choice(CAUSES), ""
    is_harm = rng.random() < 0.7
    outcomes = HARMS if is_harm else GOODS
    outcome, other = rng.sample(outcomes, 2)
    said = rng.choice((UP, DOWN, UP, DOWN, NONE))
    claim = _sentence(_pick(rng, _SAID, _SAID_HARM if is_harm else _SAID_GOOD, said), rng, cause=cause, outcome=outcome)
    claim = _start(rng.choice(_CERTAIN).format(s=claim))
    label = rng.choice((SUPPORTS, REFUTES, NEUTRAL))
    found, about = said, (cause, outcome)
    if label == REFUTES:
        found = rng.choice({UP: (DOWN, NONE), DOWN: (UP, NONE), NONE: (UP, DOWN)}[said])
    if label == NEUTRAL:
        kind = rng.random()
        found = OPEN if kind < 0.5 else rng.choice((UP, DOWN, NONE))
        if kind >= 0.5:
            about = (other_cause, outcome) if kind < 0.7 else (cause, other)
    if label == NEUTRAL and about[0] == cause and found != OPEN and about[1] == outcome:
        about = (cause, other)
    finding = _pick(rng, _FOUND, _FOUND_HARM if is_harm else _FOUND_GOOD, found)
    core = _start(_sentence(finding, rng, cause=_also(about[0], rng), outcome=_also(about[1], rng)))
    if label == NEUTRAL and rng.random() < 0.25:
        return Pair(claim, _apart(rng, (cause, outcome), is_harm=is_harm), label)
    extra = (_other_finding(rng, about, is_harm=is_harm),) if rng.random() < 0.35 and label != NEUTRAL else ()
    return Pair(claim, _passage(rng, core, extra), label)


def _other_finding(rng: Random, about: tuple[str, str], *, is_harm: bool) -> str:
    """Return what was found on something else, so that the pair cannot be told by its direction words alone."""
    outcome = rng.choice([name for name in (HARMS if is_harm else GOODS) if name != about[1]])
    finding = _pick(rng, _FOUND, {}, rng.choice((UP, DOWN, NONE, OPEN)))
    cause = rng.choice([name for name in CAUSES if name != about[0]])
    return _start(_sentence(finding, rng, cause=cause, outcome=outcome))


def _ability(rng: Random) -> Pair:
    (mine, yours), other = rng.choice(_ABLE), rng.choice(_ABLE)[1]
    thing, label = rng.choice(_THINGS), rng.choice((SUPPORTS, REFUTES, NEUTRAL))
    can = rng.random() < 0.6
    claim = f"{thing} {'can' if can else 'cannot'} {mine}"
    held = can if label == SUPPORTS else not can
    told = {
        True: ("{t} can {a}.", "Tests confirmed that {t} are able to {a}.", "It was shown that {t} may {a}."),
        False: ("{t} cannot {a}.", "No case is known in which {t} could {a}.", "Tests showed that {t} are unable to {a}."),
    }
    core = rng.choice(told[held]).format(t=thing, a=yours)
    if label == NEUTRAL:
        loose = ("It is not known whether {t} can {a}.", "Researchers want to find out if {t} can {a}.")
        far = other if other != yours else "be seen from space"
        core = (
            rng.choice(loose).format(t=thing, a=yours) if rng.random() < 0.5 else rng.choice(told[can]).format(t=thing, a=far)
        )
    return Pair(_start(claim), _passage(rng, _start(core)), label)


def _amount(rng: Random) -> Pair:
    (mine, yours), place = rng.choice(_COUNTS), rng.choice(_PLACES)
    number, label = rng.choice((rng.randint(3, 90), rng.randint(2, 90) * 100)), rng.choice((SUPPORTS, REFUTES, NEUTRAL))
    forms = rng.choice((("{n}", "exactly"), ("about {n}", "near"), ("more than {n}", "over"), ("fewer than {n}", "under")))
    true = {
        "exactly": number,
        "near": round(number * 1.03),
        "over": round(number * 1.2) + 1,
        "under": max(1, round(number * 0.7)),
    }
    false = {"exactly": number * 3, "near": number * 4, "over": max(1, number // 3), "under": number * 2 + 1}
    stands = place if label != NEUTRAL else rng.choice([name for name in _PLACES if name != place])
    told = (false if label == REFUTES else true)[forms[1]]
    claim = f"{forms[0].format(n=number)} {mine.format(p=place)}"
    return Pair(_start(claim), _passage(rng, f"Officials said that {told} {yours.format(p=stands)}."), label)


def _extent(rng: Random) -> Pair:
    (mine, yours), group, label = rng.choice(_STATES), rng.choice(GROUPS), rng.choice((SUPPORTS, REFUTES, NEUTRAL))
    place = rng.randrange(4)
    against = {0: (1, 3), 1: (0, 2), 2: (1, 3), 3: (0, 2)}[place]
    extent = rng.choice(_EXTENTS[place])
    told = rng.choice(_EXTENTS[place] if label == SUPPORTS else _EXTENTS[rng.choice(against)])
    said = yours
    if label == NEUTRAL:
        said = rng.choice([state for state in _STATES if state[0] != mine])[1]
    claim = f"{extent} {mine.format(g=group)}"
    return Pair(_start(claim), _passage(rng, _start(f"{told} {said.format(g=group)} in the survey.")), label)


def _also(thing: str, rng: Random) -> str:
    """Return ``thing`` or, as often as not, other words for it."""
    return rng.choice((thing, *ALIASES.get(thing, ()))) if rng.random() < 0.6 else thing


def _apart(rng: Random, about: tuple[str, str], *, is_harm: bool) -> str:
    """Return sentences that tell of the cause and of the outcome, but nothing of one's part in the other."""
    told = [_other_finding(rng, about, is_harm=is_harm) for _ in range(2)]
    outcomes = [name for name in (HARMS if is_harm else GOODS) if name != about[1]]
    way = rng.choice((UP, DOWN, NONE))
    told[0] = _start(_sentence(_pick(rng, _FOUND, {}, way), rng, cause=_also(about[0], rng), outcome=rng.choice(outcomes)))
    causes = [name for name in CAUSES if name != about[0]]
    told[1] = _start(_sentence(_pick(rng, _FOUND, {}, way), rng, cause=rng.choice(causes), outcome=_also(about[1], rng)))
    rng.shuffle(told)
    return " ".join(told)


def _pick(rng: Random, general: dict[str, tuple[str, ...]], special: dict[str, tuple[str, ...]], way: str) -> str:  # noqa: PLR0917 # the pieces of one sentence
    return rng.choice((*general.get(way, ()), *special.get(way, ())))


def _sentence(form: str, rng: Random, *, cause: str, outcome: str) -> str:
    low = rng.randint(11, 29)
    numbers = {
        "n": rng.randint(11, 68), "n2": low, "h": low + rng.randint(9, 40), "m": rng.randint(40, 4000),
        "times": rng.randint(2, 6),
        "big": f"{rng.randint(12, 39) / 10}", "lo": "1.1", "hi": f"{rng.randint(40, 60) / 10}",
        "small": f"0.{rng.randint(2, 8)}", "slo": "0.1", "shi": "0.9",
    }  # fmt: skip
    return form.format(c=cause, o=outcome, g=rng.choice(GROUPS), **numbers)


def _passage(rng: Random, core: str, extra: tuple[str, ...] = ()) -> str:
    around = [
        _sentence(form, rng, cause="", outcome="") if "{" not in form else _filled(form, rng) for form in rng.sample(_BESIDE, 2)
    ]
    kept = [*around[: rng.choice((0, 0, 1, 2))], *extra]
    kept.insert(rng.randint(0, len(kept)), core)
    return " ".join(_start(sentence) for sentence in kept)


def _filled(form: str, rng: Random) -> str:
    return form.format(m=rng.randint(40, 4000), g=rng.choice(GROUPS), k=rng.randint(2, 18), n=rng.randint(19, 80))


def _start(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
