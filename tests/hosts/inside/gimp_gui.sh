#!/bin/sh
# Runs a scenario in GIMP's windows: gimp_gui.sh PICTURE... (on a screen; see tests/hosts/gimp_driver.py)
set -e
here=$(dirname "$0") src=/src/adapters
profile=$HOME/gimp plugin=$HOME/gimp/plug-ins/maskpick
mkdir -p "$plugin"
cp -r $src/gimp/maskpick_gimp $src/bridge/maskpick_bridge "$plugin"
# All but the first lines are the real plug-in's: this starts the scenario as soon as the dialog is there.
cp "$here/gimp_gui_start.py" "$plugin/maskpick.py"
chmod +x "$plugin/maskpick.py"
version=$(gimp-console --version | grep -oE '[0-9]+\.[0-9]+\.[0-9]+')
cat >"$profile/gimprc" <<END
(check-updates no)
(show-welcome-dialog no)
(config-version "$version")
(last-known-release "$version")
(save-session-info no)
(use-opencl no)
$GIMPRC
END
if [ -n "$NO_DOCKS" ]; then # the picture and its status bar alone, in the corner of the screen
    cat >"$profile/sessionrc" <<END
(session-info "toplevel" (factory-entry "gimp-single-image-window") (position 0 0) (size 800 700) (open-on-exit))
(hide-docks yes)
(single-window-mode yes)
END
fi
mkdir -p "$HOME/.config/openbox"
cp "$here/gimp_gui_openbox.xml" "$HOME/.config/openbox/rc.xml" # leaves Alt and the mouse to GIMP
openbox --reconfigure
export GIMP3_DIRECTORY="$profile" GTK_A11Y=none PYTHONPATH="$here"
gimp --no-splash --new-instance "$@" >/out/gimp.log 2>&1 &
gimp=$!
find_window() { xdotool search --onlyvisible --name "$1" 2>/dev/null | head -n 1; }
until window=$(find_window 'GIMP$') && [ -n "$window" ]; do
    kill -0 $gimp
    sleep 0.2
done
# An entry of Filters > Maskpick, by its letter; once more when GIMP has not been ready for it. Then the scenario's end.
# The dialog is known by its title.
run() {
    tries=0
    until [ -n "$(find_window "${TITLE:-Pick Objects}")" ] || [ -e /out/scenario.json ]; do
        kill -0 $gimp
        [ $((tries % 50)) != 0 ] || xdotool windowactivate --sync "$window" key --delay 200 Escape alt+r Up Right "$1"
        tries=$((tries + 1))
        sleep 0.2
    done
    until [ -e /out/scenario.json ]; do
        kill -0 $gimp
        sleep 0.2
    done
}
times_done() { grep -c "$1 is done" "$HOME/.local/state/maskpick/log/gimp.log" || true; }
run "${LETTER:-p}" # Pick Objects…
if [ -n "$AGAIN" ]; then
    until [ "$(times_done pick)" = 1 ]; do sleep 0.1; done
    mv /out/scenario.json /out/first.json
    xdotool windowactivate --sync "$window" key ctrl+f # Repeat Last
    until [ "$(times_done pick)" = 2 ]; do sleep 0.1; done
    run r # Reshow Last
fi
if [ -n "$CLOSES" ] && grep -q '"error": null' /out/scenario.json; then # the dialog: its process ends by itself, and with it the worker
    while pgrep -f plug-ins/maskpick/maskpick.py >/dev/null; do sleep 0.1; done
    pgrep -af maskpick.worker >/out/left || true
fi
# GIMP ends with this run, as everything in it does.
