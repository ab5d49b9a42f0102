"""A plug-in that uses Krita as a person does: it takes the steps of a scenario, one after the other.

`tests/hosts/krita_driver.py` says how to write one. The environment names it: DRIVER_SCENARIO, a module in
`tests/hosts/inside`.
"""

from driver.plugin import install

install()
