#!/bin/sh
# What somebody does who is new to maskpick, with nothing but a checkout, a Krita and a GIMP: new_user.sh (on a screen).
# In place of a network there is a folder of wheels, /out/wheels.
set -e
inside=/src/tests/hosts/inside
install="python3 /src/install.py"
export MASKPICK_HOME= PIP_NO_INDEX=1 PIP_FIND_LINKS=/out/wheels
cd "$HOME"

console() {
    gimp-console --no-interface --quit --batch-interpreter=python-fu-eval --batch "$1"
}
console ""
find . -name '*maskpick*' >/out/before.txt

$install editors >/out/editors.txt
$install doctor >/out/doctor.txt
"$inside/krita_as_it_is.sh" maskpick_in_krita
console "exec(open('$inside/maskpick_in_gimp.py').read())"
PYTHONPATH="$(echo "$HOME"/.config/GIMP/3.*/plug-ins/maskpick)" python3 "$inside/find_objects.py"

$install remove --all >/out/removed.txt
find . -name '*maskpick*' >/out/after.txt
cp .config/kritarc /out/
