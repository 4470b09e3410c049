"""Invents posts that are worth checking and posts that are not, for the part of the check-worthiness model that reads posts.

Debate sentences teach what a claim in a debate is; on tweets that ranks hardly better than chance, in English too. These
posts are made from the lists below; nothing is taken from a data set. What they teach reaches other languages through the
encoder.
"""

import json
from pathlib import Path
from random import Random

WRITTEN = Path(__file__).parent / "claims_posts.jsonl"
_HELD = 0.15  # of the written posts, kept apart

_WORDS = {
    "thing": (
        "the vaccine", "the new vaccine", "the booster", "face masks", "PCR tests", "5G antennas", "the flood relief money",
        "the ballot machines", "postal votes", "chlorine dioxide", "garlic water", "the tap water", "the new dam",
        "electric cars",
        "wind farms", "the health pass", "the lockdown", "the wildfires", "the new tax", "refugees", "the minister",
        "the mayor",
        "the prime minister", "the president", "the opposition", "the electricity company", "the drug company",
        "the health ministry", "the central bank",
    ),
    "harm": (
        "infertility", "heart attacks", "blood clots", "cancer", "death", "autism", "miscarriages", "brain damage",
        "paralysis",
        "DNA damage", "the new variant", "poisoning",
    ),
    "who": (
        "the government", "doctors", "the media", "hospitals", "the drug companies", "the army", "the police", "politicians",
        "the ministry", "scientists", "the elites", "the opposition", "the mayor",
    ),
    "bad": (
        "the real number of deaths", "the side effects", "the contract", "the results", "how many people died",
        "the truth about the virus", "the origin of the virus", "the leaked report", "millions of euros",
        "where the money went",
    ),
    "group": (
        "children", "pregnant women", "soldiers", "nurses", "old people", "teachers", "prisoners", "migrants",
        "vaccinated people",
        "unvaccinated people", "athletes", "farmers",
    ),
    "place": (
        "Spain", "Turkey", "Egypt", "the Netherlands", "Bulgaria", "Germany", "China", "Israel", "our city", "Italy",
        "Brazil",
        "the north", "the capital", "the islands",
    ),
    "cure": (
        "garlic", "vitamin C", "hot water", "an old parasite drug", "bleach", "lemon juice", "sunlight", "zinc", "honey",
        "steam",
    ),
    "event": (
        "webinar", "press conference", "concert", "live stream", "workshop", "rally", "football match", "interview",
        "new episode",
        "meeting",
    ),
    "good": (
        "unemployment", "poverty", "child poverty", "emissions", "public debt", "crime", "the deficit", "school dropout",
        "energy bills", "rents", "waiting lists", "youth unemployment",
    ),
    "up": (
        "exports", "the minimum wage", "pensions", "investment in health", "employment", "tourism", "public housing",
        "the number of doctors", "spending on education", "tax revenue", "inflation", "electricity prices",
        "the price of oil",
        "the number of contracts",
    ),
    "party": (
        "our government", "the previous government", "the right", "the left", "your party", "the regional government",
        "this coalition", "the city council",
    ),
    "rank": ("the highest in Europe", "the lowest in ten years", "twice the average", "more than anywhere else", "a record"),
}  # fmt: skip
_RUMOURS = (
    "BREAKING: {thing} causes {harm} and {who} knew it", "{n} {group} died after getting {thing} in {place}",
    "They are hiding {bad}! Share before it is deleted", "{who} admits that {thing} causes {harm}",
    "A doctor from {place} reveals: {cure} cures the virus in {k} days",
    "{cure} kills the virus, study shows, but {who} will not tell you", "The virus was made in a laboratory in {place}",
    "{thing} contains microchips / graphene", "{n}% of the hospitalised in {place} are {group}",
    "{place} has stopped giving {thing} to {group} because of {harm}",
    "{who} paid {n} million for {thing} to a company owned by a relative", "{who} lied: {bad} was covered up",
    "A Nobel prize winner says {thing} will kill {group}", "In {place} {group} receive {n} euros a month without working",
    "There is no pandemic: deaths are the same as last year",
    "{thing} does not protect {group}: {n}% of the infected had it",
    "{thing} is not tested and contains substances that cause {harm}",
    "{who} wants to make {thing} compulsory for {group} from Monday", "Video shows {who} throwing away ballots in {place}",
    "{n} dead people voted in {place}", "Masks reduce oxygen and cause {harm}",
    "{place} found {n} times more {harm} among {group} who took {thing}",
    "{who} cut {n} hospitals and {k} thousand beds in the last {k} years",
    "Under this government unemployment rose to {n}%, the highest in Europe",
    "{who} spent {n} million on advertising while {group} got nothing", "{who} voted against raising pensions {k} times",
    "Crime by {group} went up {n}% in {place}",
    "The union signed a contract that frees drug companies from any liability for {harm}", "{group} cannot get the virus",
    "A billionaire said that {thing} will reduce the world population by {n}%", "The virus dies at {n} degrees",
    "{thing} changes your DNA", "{n} people have already died of {thing} in {place}, {who} is silent",
    "PCR tests give {n}% false positives", "{place} declares {thing} illegal",
)  # fmt: skip
_FIGURES = (
    "{up} grew by {n}% last year, {rank}", "{good} fell by {n}% under {party}", "With {party} {good} rose to {n}%, {rank}",
    "{party} cut {n} million from {up}", "{party} has invested {n} million euros in {up}",
    "We have created {n} thousand jobs in {k} months", "{place} has {n}% more {good} than the rest of the country",
    "{n} out of 100 {group} live in poverty in {place}", "{party} voted {k} times against raising {up}",
    "Since {party} took office, {up} has doubled", "{n}% of {group} earn less than a thousand euros",
    "{place} spends {k}% of its budget on {up}, {rank}", "{who} promised {n} thousand homes and built {k}",
    "{party} closed {n} health centres", "Today {place} is {rank} in {good}",
    "Every year {n} thousand {group} die because of {good}",
    "{n} countries have joined the agreement to reduce {good}",
    "The law passed by {party} gives {n} euros a month to {group}",
    "{party} pardoned {k} convicted politicians", "{place} has the worst rate of {good} in Europe",
    "{party} raised {up} by {n} euros after years in which it was frozen", "One in {k} {group} has lost their job since 2019",
    "{n}% of the electricity in {place} already comes from wind", "{who} owes {n} million to {group}",
)  # fmt: skip
_IDLE = (
    "Join us tonight for our {event} about {thing}", "Thank you to all {group} who work so hard every day",
    "Please stay at home and wash your hands #StaySafe", "I am so tired of {thing}", "When will {who} finally do something?",
    "Got my first dose today! Feeling great", "What do you think about {thing}? Tell us below",
    "Happy birthday to all {group}!",
    "Read our guide: five questions and answers about {thing}", "Book your appointment for {thing} here",
    "LIVE now: {event} with the minister", "I hope we can travel to {place} again this summer", "So proud of our {group}",
    "You can register for the {event} until Friday", "It is a shame how {who} treats {group}",
    "Our hearts are with the families in {place}", "lol my mother thinks {thing} is scary",
    "We must all work together to beat this", "Let us not forget {group} in these times",
    "The {event} in {place} has been postponed", "New opening hours of the test centre from Monday",
    "The minister received the ambassador of {place} today", "Today's numbers: {n} new cases, {k} in intensive care",
    "{place} receives {n} thousand doses of {thing}", "Vaccination for {group} starts next week in {place}",
    "The {event} starts at {k} o'clock", "I can't believe people still don't wear {thing}",
    "Follow the rules, protect {group}",
    "Good morning everyone, have a nice day", "We are hiring! Send us your application",
    "Tomorrow I will be in {place} for a {event}",
    "This is what happens when you let idiots decide", "We will keep fighting for {group}", "Who else misses concerts?",
    "Congratulations to {place} on the win", "{who} should resign", "Please retweet: looking for a place to stay in {place}",
    "Beautiful sunset in {place}", "My neighbour is in quarantine, he is bored",
    "Ask your doctor if you have questions about {thing}",
    "Here are the measures that apply from Monday", "Watch our {event} again", "Why does nobody talk about {group}?",
    "Donate now and help {group} in {place}", "The winner of our {event} is announced tomorrow", "I prefer tea",
    "If you have symptoms, call this number", "Great meeting with colleagues from {place} today",
    "Everything you need to know about {thing}", "Solidarity with {group}!",
    "We want a country where {group} can live with dignity", "Together we will win in {place} #Vote",
    "I will be on TV tonight at {k}, do not miss it", "On {n} May, vote for {group}",
    "Today I visited {place} to talk with {group}", "It is time for change", "We need a government that listens to {group}",
    "They only know how to insult", "{party} is a disaster for {place}", "Freedom or nothing",
    "Thank you {place} for this warm welcome!", "Live: our candidate in {place}", "We do not deserve these politicians",
    "There is no future without {group}", "My full interview today in the newspaper", "Proud to be part of this team",
    "We stand with {group} of {place}", "Congratulations to {group} on their day", "See you tomorrow at the rally in {place}",
    "Dialogue and agreement, that is our way", "{party} must apologise to {group}", "What a shame, what a lack of respect",
    "I commit myself to {group}", "Let us build a better {place}", "We have presented a motion on {up}",
    "Meeting with {group} about {up}", "We propose a plan for {group} and {up}", "More ambition is needed against {good}",
    "Every vote counts", "Without {group} there is no recovery", "Today {n} new cases were confirmed in {place}",
    "{n} new cases, {k} deaths in the last 24 hours in {place}", "{n} thousand doses given so far in {place}",
    "The {place} airport opens for flights from Monday", "Vaccination centre in {place} is open until {k}",
    "{place} extends the measures until {k} June", "{group} can now register for {thing}",
    "{who} presents the new measures today at {k}", "Schools in {place} reopen on Monday",
    "The second dose can be booked online",
    "Experts answer questions about {thing}", "How to get the certificate: step by step",
    "{place} sends aid to its neighbours",
    "Map: cases per 100 thousand inhabitants by province", "Infographic: how to wear {thing}",
    "{who} thanks {group} for their effort", "Reminder: keep your distance and air your rooms",
    "A first batch of {thing} has arrived in {place}",
)  # fmt: skip
_FIGURES_SHARE = 0.3


def invented_posts(count: int, *, seed: int) -> tuple[list[str], list[int]]:
    """Return texts and labels (1 is worth checking), by turns; the same for the same seed."""
    rng = Random(seed)  # noqa: S311 # reproducible, not secret
    labels = [at % 2 for at in range(count)]
    return [_post(rng, worth=bool(label)) for label in labels], labels


def _post(rng: Random, *, worth: bool) -> str:
    forms = _IDLE
    if worth:
        forms = _FIGURES if rng.random() < _FIGURES_SHARE else _RUMOURS
    filled = {name: rng.choice(listed) for name, listed in _WORDS.items()}
    text = rng.choice(forms).format(**filled, n=rng.randint(3, 97), k=rng.randint(2, 12))
    return text[0].upper() + text[1:]


def written_posts(*, seed: int) -> tuple[list[tuple[str, str, int]], list[tuple[str, str, int]]]:
    """Return (language, text, label) of the posts to learn from and of those kept apart."""
    rows = [json.loads(line) for line in WRITTEN.read_text(encoding="utf-8").splitlines() if line.strip()]
    told = [(row["lang"], row["text"], int(row["label"])) for row in rows]
    Random(seed).shuffle(told)  # noqa: S311 # reproducible, not secret
    count = int(_HELD * len(told))
    return told[count:], told[:count]
