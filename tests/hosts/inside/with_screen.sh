#!/bin/sh
# Runs a command on a screen of its own with a window manager: with_screen.sh COMMAND...
set -e
mkfifo /tmp/display
Xvfb -displayfd 3 -screen 0 1600x1000x24 -nolisten tcp 3>/tmp/display 2>/tmp/xvfb.log &
read -r number </tmp/display
export DISPLAY=":$number"
openbox &
until xprop -root _NET_SUPPORTING_WM_CHECK 2>/dev/null | grep -q 'window id'; do sleep 0.05; done
"$@"
