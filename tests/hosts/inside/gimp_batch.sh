#!/bin/sh
# Runs a command where GIMP has the plug-in of the checkout: gimp_batch.sh COMMAND...
# The variable BREAK names a file of it that is to be broken.
set -e
src=/src/adapters
export GIMP3_DIRECTORY="$HOME/gimp"
plugin=$GIMP3_DIRECTORY/plug-ins/maskpick
mkdir -p "$plugin"
cp -r $src/gimp/maskpick_gimp $src/bridge/maskpick_bridge $src/gimp/maskpick/maskpick.py "$plugin"
chmod +x "$plugin/maskpick.py"
[ -z "$BREAK" ] || echo "this is no Python" >>"$plugin/$BREAK"
exec "$@"
