#!/bin/sh
# Runs a scenario in Krita as this account has it, with nothing added but the driver: krita_as_it_is.sh SCENARIO
# (on a screen). What it recorded goes to /out/SCENARIO.json.
set -e
inside=/src/tests/hosts/inside
resources="$HOME/.local/share/krita"
settings="$HOME/.config/kritarc"
mkdir -p "$resources/pykrita" "$HOME/.config"
cp -r "$inside/pykrita/driver" "$inside/pykrita/driver.desktop" "$resources/pykrita/"
grep -qs '^\[python\]' "$settings" || printf '\n[python]\n' >>"$settings"
grep -q '^enable_driver=' "$settings" || sed -i '/^\[python\]/a enable_driver=true' "$settings"
DRIVER_SCENARIO="$1" PYTHONPATH="$inside" krita --nosplash
mv /out/scenario.json "/out/$1.json"
