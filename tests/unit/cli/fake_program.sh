#!/bin/sh
# Stands for az, git and python on PATH: notes what it was called with, answers as it was told, fails when told to.
#
# FAKE_FOLDER holds `answers.sh` (a case statement over the line), `fail` (the number of the call that fails, from 0) and
# `calls`, which this appends to: exit code, program and words, each followed by a unit separator, one call a line.
name=${0##*/}
line="$name $*"
number=0
if [ -e "$FAKE_FOLDER/calls" ]; then
    while read -r _; do number=$((number + 1)); done < "$FAKE_FOLDER/calls"
fi
failing=0
if [ -e "$FAKE_FOLDER/fail" ]; then
    read -r when < "$FAKE_FOLDER/fail"
    [ "$when" = "$number" ] && failing=1
fi
{
    printf '%s\037' "$failing" "$name" "$@"
    echo
} >> "$FAKE_FOLDER/calls"
if [ "$failing" = 1 ]; then
    echo 'ERROR: (Conflict) the cloud says no' >&2
    exit 1
fi
. "$FAKE_FOLDER/answers.sh"
if [ "$name $1 $2" = 'python -m cli.callback_keys' ]; then
    mkdir -p "${3%/*}"
    echo secret > "$3"
fi
exit 0
