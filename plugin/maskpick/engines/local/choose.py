"""Which nodes of the trees become masks, and how sure we are of each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maskpick.engines.local.candidates import Candidates
from maskpick.engines.local.region_graph import Numbers

SAME = 0.9
"""The likeness (IoU) from which on a second mask is not worth showing at all."""
FAR = 3.0
"""Measures further from their mean than so many standard deviations count as so far."""


@dataclass(frozen=True)
class Taste:
    """What was learned about good masks, for one kind of edges: see benchmarks/training/choice.py.

    Each measure is taken in standard deviations (``spread``) from its ``mean``. ``gain`` (2, measures) are the weights
    of that and of its square in the logarithm of what a mask is expected to add to those chosen before, ``company``
    those of what `Company.measure` tells; ``sure`` (2, measures) and ``surely`` make the confidence, by the logistic
    function.
    """

    mean: Numbers
    spread: Numbers
    gain: Numbers
    company: Numbers
    sure: Numbers
    surely: float

    def standard(self, measures: Numbers) -> Numbers:
        """Measures (k, measures) and their squares, standardised: (k, 2 * measures)."""
        standard = np.clip((measures - self.mean) / self.spread, -FAR, FAR)
        return np.hstack([standard, standard**2])

    def confidence(self, measures: Numbers) -> Numbers:
        """The overlap (IoU) to be expected with what a person would call one thing: (k,) 0..1."""
        confidence: Numbers = 1 / (1 + np.exp(-(self.standard(measures) @ self.sure.ravel() + self.surely)))
        return confidence


@dataclass(frozen=True)
class Choice:
    """k masks, best first: which candidates they are, (k,); the regions each is made of, bool (k, regions); how sure we
    are, (k,) 0..1, falling; and which of them together are the flat map, bool (k,)."""

    numbers: NDArray[np.intp]
    members: NDArray[np.bool_]
    confidence: Numbers
    flat: NDArray[np.bool_]


class Company:
    """Candidates and how each stands to those that were taken."""

    def __init__(self, members: NDArray[np.bool_], area: Numbers) -> None:
        weighted = members * area.astype(np.float32)
        self._common: Numbers = weighted @ members.T.astype(np.float32)
        self._area = self._common.diagonal().copy()
        count = len(members)
        self.seen, self._around, self._inside, self._crowd = (np.zeros(count) for _ in range(4))
        self.left = np.ones(count, bool)

    def take(self, number: int) -> None:
        common, area = self._common[number], self._area
        likeness = common / (area[number] + area - common)
        larger = area[number] > area
        np.maximum(self.seen, likeness, out=self.seen)
        np.maximum(self._around, np.where(larger, common / area * likeness, 0), out=self._around)
        np.maximum(self._inside, np.where(larger, 0, common / area[number] * likeness), out=self._inside)
        self._crowd += likeness**2
        self.left[number] = False

    def measure(self) -> Numbers:
        """Of each candidate: the likeness (IoU) of the most alike that was taken, its second and fourth power; the
        likeness of the most alike that it lies in and that lies in it; and how many are alike: (k, 6)."""
        seen = self.seen
        return np.stack([seen, seen**2, seen**4, self._around, self._inside, np.log1p(self._crowd)], axis=1)


def choose(nodes: Candidates, area: Numbers, measures: Numbers, taste: Taste, most: int) -> Choice:
    """Choose at most ``most`` of the candidates: the flat partition, and again and again what adds most.

    ``area`` (regions,) is in working pixels, ``measures`` what `candidates.measure` says. What a mask adds is the
    overlap with true objects that no mask before it has, as the weights of ``taste`` foretell it (a Poisson
    regression): maximal marginal relevance (Carbonell, Goldstein 1998), with relevance and redundancy learned.
    """
    company = Company(nodes.members, area)
    order = list(range(nodes.flat))
    for number in order:
        company.take(number)
    alone = taste.standard(measures) @ taste.gain.ravel()
    while len(order) < most:
        free = company.left & (company.seen < SAME)
        if not free.any():
            break
        number = int(np.where(free, alone + company.measure() @ taste.company, -np.inf).argmax())
        order.append(number)
        company.take(number)
    confidence = taste.confidence(measures[order])
    best_first = np.argsort(-confidence, kind="stable")
    chosen = np.array(order, np.intp)[best_first]
    return Choice(chosen, nodes.members[chosen], confidence[best_first], chosen < nodes.flat)
