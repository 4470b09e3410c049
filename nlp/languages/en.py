"""English."""

from nlp.languages._form import Language, names, numbers, words

LANGUAGE = Language(
    code="en",
    name="English",
    stop_words=words(
        "a, about, after, all, also, an, and, any, are, as, at, be, because, been, before, being, between, both, but,"
        "by, can, could, did, do, does, during, each, for, from, had, has, have, he, her, here, him, his, how, i, if,"
        "in, into, is, it, its, just, may, me, more, most, my, no, not, of, on, one, only, or, other, our, out, over,"
        "said, she, should, so, some, such, than, that, the, their, them, then, there, these, they, this, those,"
        "through, to, under, up, us, very, was, we, were, what, when, where, which, while, who, why, will, with, would,"
        "you, your"
    ),
    negations=words(
        "not, no, never, none, nobody, nothing, neither, nor, cannot, can't, won't, don't, doesn't, didn't, isn't,"
        "aren't, wasn't, weren't, hasn't, haven't, hadn't, wouldn't, couldn't, shouldn't, without, no longer, fails to,"
        "failed to, ain't"
    ),
    hedges=words(
        "may, might, could, possibly, perhaps, probably, likely, apparently, seemingly, seems, appears, suggests,"
        "around, about, approximately, roughly, up to, at least, estimated, an estimated, potentially, suspected,"
        "unconfirmed, preliminary, it is thought, presumably, can, nearly, almost, as many as"
    ),
    opinion_markers=words(
        "i would rather, i'd rather, is an insult, is a disgrace, is a shame, what a shame, be scrapped, does not"
        "deserve, is a disaster, is a joke, a farce, a mockery, hides behind, hide behind, hiding behind,"
        "worthless, clowns, liars, cowards, idiotic, stupid, unacceptable, intolerable, nobody trusts, how dare,"
        "enough is enough, laughing stock, like cattle, like children,"
        "i think, i believe, i feel, i guess, i suppose, i hope, i fear, i doubt, i wish, i love, i hate, i like,"
        "i want, in my opinion, in my view, in our view, imo, imho, to my mind, we believe, we think, we feel,"
        "if you ask me, frankly, honestly, shameful, disgraceful, disgrace, scandalous, outrageous, unforgivable,"
        "inexcusable, pathetic, appalling, incompetent, incompetence, ridiculous, absurd, must resign, should resign,"
        "should be ashamed, it is time to, it's time to, ought to, we must, we need to, should have, should never,"
        "a betrayal, an insult, too little too late, shame on, i am afraid, i'm afraid, i'm sure, i am sure,"
        "i would argue, it seems to me, good riddance, bravo, cowardly, hypocritical, hypocrisy, disappointing,"
        "disgusting, arrogant, callous, we should, should try, should stop, ashamed, has failed us, have failed us,"
        "failed us, let people, i do not think, i don't think, nobody should, whoever"
    ),
    evaluations=words(
        "beautiful, wonderful, terrible, awful, worst, best, sadly, unfortunately, thankfully, heroic, too slow,"
        "negligent, reckless, deserve, deserves, should be, great, amazing"
    ),
    first_person=words("i, i'm, i've, i'd, me, my, mine, we, we've, we're, our, ours, us"),
    question_words=words(
        "who, what, when, where, why, how, which, whose, is it true, did you know, do you, does anyone, anyone know,"
        "is there, are there, can we, can you, should we, will we, does, do, did, is, are, was, were, has, have, can,"
        "could, would, will"
    ),
    future_markers=words(
        "will, won't, shall, going to, is expected to, are expected to, is likely to, are likely to, predict, predicts,"
        "predicted, by next year, next week, next month, next year, tomorrow, is set to, are set to, in the coming days,"
        "i'll, we'll, they'll, he'll, she'll, it'll, gonna, could soon, may soon, is feared, fear that, may take,"
        "may have to, be expected before"
    ),
    conditionals=words(
        "if, unless, had, were, should, suppose, supposing, imagine, assuming, even if, what if, let us suppose"
    ),
    wishes=words(
        "god forbid, heaven forbid, god help, god willing, may god, may every, may we, may the, may they, may it, if only,"
        "hopefully, hoping, praying, we pray, i pray, let us hope, inshallah, may nobody, may no, may this, may all,"
        "please, let us, let's, pray for, prayers, may god, god bless, thoughts and prayers, stay safe, stay strong,"
        "thank you, thanks to, thanks for, good luck, congratulations, happy birthday, good morning, good night,"
        "join us, click here, subscribe, follow us, share this, read more, sign up, watch this, call now, rip,"
        "rest in peace, take care, come on"
    ),
    denial_words=words(
        "false, fake, hoax, untrue, not true, no truth, no evidence, no evidence that, no proof, debunk, debunks,"
        "debunked, debunking, denies, denied, deny, denying, refutes, refuted, refute, misleading, misinformation,"
        "disinformation, fabricated, baseless, unfounded, rumour, rumor, rumours, rumors, myth, wrong, incorrect,"
        "fact check, fact-check, fact checkers, never happened, did not happen, doctored, altered, out of context,"
        "without evidence, groundless, conspiracy theory, contrary to, dismissed, rejects, rejected, disproved,"
        "disproven, falsely, unsubstantiated, inaccurate, mislabelled, manipulated, bogus, unproven"
    ),
    report_words=words(
        "claim, claims, claimed, claiming, claims that, allege, alleges, alleged, allegedly, reportedly, purported,"
        "purportedly, said, says, saying, according to, told, states, stated, reports, reported, insists, insisted,"
        "asserts, asserted, posts, a post, viral, circulating, shared, so-called, supposedly, messages, a video,"
        "announced, announces, argues"
    ),
    satire_markers=words("satire, satirical, humour, humor, comedy, parody, spoof, #satire, #parody, /s, april fools' day"),
    cause_words=words(
        "because, because of, caused by, caused, causes, cause, due to, led to, leads to, leading to, results in,"
        "resulted in, as a result of, triggered by, triggered, thanks to, owing to, blamed on, brought about, owes to,"
        "after, linked to, provoked, stems from, contributed to, responsible for"
    ),
    abbreviations=words(
        "mr, mrs, ms, dr, prof, gen, sen, rep, gov, sgt, capt, col, lt, st, jr, sr, vs, etc, approx, inc, ltd, co, corp,"
        "no, nos, fig, e.g, i.e, u.s, u.k, u.n, e.u, a.m, p.m, jan, feb, mar, apr, jun, jul, aug, sep, sept, oct, nov,"
        "dec, est, dept, vol, pp, ed, al, hon, rev, ft, min, max, mt, ave, maj, cmdr, ph.d, d.c"
    ),
    number_words=numbers(
        "zero=0, one=1, two=2, three=3, four=4, five=5, six=6, seven=7, eight=8, nine=9, ten=10, eleven=11, twelve=12,"
        "thirteen=13, fourteen=14, fifteen=15, sixteen=16, seventeen=17, eighteen=18, nineteen=19, twenty=20, thirty=30,"
        "forty=40, fifty=50, sixty=60, seventy=70, eighty=80, ninety=90, dozen=12, hundred=100, thousand=1000,"
        "million=1000000, billion=1000000000, trillion=1000000000000, hundreds=100, thousands=1000, millions=1000000,"
        "half=0.5, twice=2, once=1"
    ),
    months=names(
        "january/jan, february/feb, march/mar, april/apr, may, june/jun, july/jul, august/aug, september/sep/sept,"
        "october/oct, november/nov, december/dec"
    ),
    weekdays=names("monday/mon, tuesday/tue, wednesday/wed, thursday/thu, friday/fri, saturday/sat, sunday/sun"),
)
