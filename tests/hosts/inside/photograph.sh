#!/bin/sh
# Photographs Krita's window with a file open, to /out/krita.png: photograph.sh FILE (on a screen)
set -e
mkdir -p "$HOME/.config" "$HOME/.local/share/krita"
cp -r "$(dirname "$0")/pykrita" "$HOME/.local/share/krita/"
printf '[python]\nenable_photographer=true\n' >"$HOME/.config/kritarc"
krita --nosplash "$1" &
while [ ! -e /tmp/photograph.png ]; do
    kill -0 $!
    sleep 0.2
done
cp /tmp/photograph.png /out/krita.png
