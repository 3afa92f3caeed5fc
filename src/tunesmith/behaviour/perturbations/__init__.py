"""Perturbations, one file each: they change a text and leave its meaning, or say what they swap."""

from tunesmith.behaviour.perturbations.case import case
from tunesmith.behaviour.perturbations.code_switch import code_switch
from tunesmith.behaviour.perturbations.contractions import contractions
from tunesmith.behaviour.perturbations.emoji import emoji
from tunesmith.behaviour.perturbations.fullwidth import fullwidth
from tunesmith.behaviour.perturbations.given import Perturbation
from tunesmith.behaviour.perturbations.handles import handles
from tunesmith.behaviour.perturbations.irrelevant import irrelevant
from tunesmith.behaviour.perturbations.names import names
from tunesmith.behaviour.perturbations.negation import negation
from tunesmith.behaviour.perturbations.numbers import numbers
from tunesmith.behaviour.perturbations.places import places
from tunesmith.behaviour.perturbations.politeness import politeness
from tunesmith.behaviour.perturbations.punctuation import punctuation
from tunesmith.behaviour.perturbations.spacing import spacing
from tunesmith.behaviour.perturbations.typo import typo

PERTURBATIONS: dict[str, Perturbation] = {
    "case": case,
    "code_switch": code_switch,
    "contractions": contractions,
    "emoji": emoji,
    "fullwidth": fullwidth,
    "handles": handles,
    "irrelevant": irrelevant,
    "names": names,
    "negation": negation,
    "numbers": numbers,
    "places": places,
    "politeness": politeness,
    "punctuation": punctuation,
    "spacing": spacing,
    "typo": typo,
}
SWAPPING = frozenset({"names", "numbers", "places"})  # say what they put in place of what
MEANING = frozenset({"negation"})  # changes what is meant: for tests of direction only
