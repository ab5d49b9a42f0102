#!/bin/sh
# Runs a command on a screen of its own with a window manager: with_screen.sh COMMAND...
set -e
mkfifo /tmp/display
Xvfb -displayfd 3 -screen 0 1600x1000x24 -nolisten tcp 3>/tmp/display 2>/tmp/xvfb.log &
read -r number </tmp/display
export DISPLAY=":$number"
manager=
until xprop -root _NET_SUPPORTING_WM_CHECK 2>/dev/null | grep -q 'window id'; do
    # On a busy machine it has ended at its start, now and then, without a word.
    if [ -z "$manager" ] || ! kill -0 "$manager" 2>/dev/null; then
        openbox &
        manager=$!
    fi
    sleep 0.05
done
"$@"
