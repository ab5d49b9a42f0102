"""What was learned about good masks. Written by benchmarks/training/choice.py; not to be changed by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from maskpick.engines.local.candidates import MEASURES
from maskpick.engines.local.choose import Taste

if TYPE_CHECKING:
    from maskpick.engines.local import EdgeKind


def _taste(
    measures: dict[str, tuple[float, float, float, float, float, float]], company: tuple[float, ...], surely: float
) -> Taste:
    """``measures``: of each the mean, the spread, the two weights of its gain and the two of the confidence."""
    mean, spread, *weights = np.array([measures[name] for name in MEASURES]).T
    return Taste(mean, spread, np.array(weights[:2]), np.array(company), np.array(weights[2:]), surely)


TASTES: dict[EdgeKind, Taste] = {
    "hand": _taste(
        {
            "border_strength": (0.7766, 0.2322, 0.5343, -0.1776, 0.4873, -0.1458),
            "inside_strength": (0.4858, 0.2701, 0.1268, -0.07479, -0.1041, 0.02406),
            "weak_border": (0.04735, 0.1798, -0.4069, -0.0534, -0.07582, -0.01033),
            "size": (-4.561, 1.396, 0.7089, -0.03418, 0.6361, -0.04771),
            "compactness": (0.5611, 0.09098, 0.1211, 0.05619, 0.09481, 0.002478),
            "at_the_frame": (0.08059, 0.1309, 0.1712, -0.08785, 0.00754, 0.002194),
            "roundness": (0.8561, 0.09977, 0.03683, -0.004, 0.005057, 0.0135),
            "unlike_its_ring": (0.1406, 0.1137, 0.442, 0.005359, 0.2141, -0.01406),
            "colour_unlike_its_ring": (0.4372, 0.3795, 0.02229, -0.006737, 0.04361, 0.014),
            "unlike_the_rest": (0.239, 0.1153, -0.1146, -0.09608, 0.05218, -0.02127),
            "variety": (0.1326, 0.1393, 0.2341, -0.007256, 0.2637, -0.04536),
            "barrier": (0.5223, 0.2148, 0.2573, 0.0578, 0.1269, 0.09385),
            "cost": (0.4031, 0.2522, -0.06215, -0.12, 0.0401, -0.1065),
            "cost_by_barrier": (0.7646, 0.3398, -0.08823, 0.03697, -0.07307, 0.04038),
            "growth": (0.7065, 0.8326, -0.06927, 0.06675, -0.1509, 0.04628),
            "difference_inside": (0.6622, 0.4006, -0.04941, -0.04907, 0.02664, -0.1355),
            "difference_outside": (0.8252, 0.3158, 0.2052, -0.05179, 0.1397, -0.0119),
            "worth": (0.3335, 0.1534, 0.03492, -0.001705, 0.1678, -0.05292),
            "strength_of_the_picture": (0.6588, 0.1162, 0.02757, 0.173, -0.0627, 0.06153),
        },
        company=(0.1612, -0.1202, -2.319, -0.8784, 0.1387, -0.3629),
        surely=-1.892,
    ),
    "net": _taste(
        {
            "border_strength": (0.5236, 0.2165, 0.2523, -0.04058, 0.2557, 0.0414),
            "inside_strength": (0.2396, 0.1472, -0.004654, -0.03084, -0.04651, 0.008369),
            "weak_border": (0.306, 0.3203, -0.5139, 0.004244, -0.3479, 0.1732),
            "size": (-3.845, 1.599, 0.8174, -0.2394, 0.7322, -0.1725),
            "compactness": (0.5312, 0.116, 0.0704, 0.02759, 0.1175, -0.02105),
            "at_the_frame": (0.1037, 0.145, 0.1267, -0.03721, 0.1149, -0.05051),
            "roundness": (0.8336, 0.1218, 0.07627, 0.0001254, 0.01557, 0.01588),
            "unlike_its_ring": (0.167, 0.119, 0.4619, -0.08197, 0.2598, -0.04496),
            "colour_unlike_its_ring": (0.5506, 0.4204, -0.1789, 0.02382, -0.09296, 0.01939),
            "unlike_the_rest": (0.2226, 0.1174, -0.02874, -0.08119, 0.1128, -0.04269),
            "variety": (0.2182, 0.1788, 0.2393, -0.07336, 0.1491, -0.06606),
            "barrier": (0.3738, 0.239, 0.06789, 0.07199, 0.06667, 0.1022),
            "cost": (0.3004, 0.2208, -0.2037, -0.01346, -0.01893, -0.09265),
            "cost_by_barrier": (0.8051, 0.2641, 0.01606, 0.01403, 0.00816, 0.01089),
            "growth": (0.6715, 0.9675, -0.2025, 0.1331, -0.1359, 0.043),
            "difference_inside": (0.5302, 0.3651, -0.1625, -0.003933, -0.1927, -0.02125),
            "difference_outside": (0.6323, 0.3667, 0.2641, -0.0856, 0.2194, -0.07195),
            "worth": (0.2967, 0.182, 0.5359, -0.1597, 0.3544, -0.09775),
            "strength_of_the_picture": (0.3004, 0.079, -0.01889, 0.05038, -0.03749, 0.02089),
        },
        company=(-0.1436, 0.6801, -2.754, -1.084, -0.09834, -0.537),
        surely=-1.094,
    ),
}
