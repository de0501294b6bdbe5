#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The completions at work: the shells that are here are asked what follows, and
# have to know every option that --help has, and the values of some.
#
# usage: completion.sh TROUPE
set -euo pipefail
troupe=$(realpath "${1:?usage: completion.sh TROUPE}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
PATH=$(dirname "$troupe"):$PATH
fail() { echo "FAILED: $*"; exit 1; }
for shell in bash zsh fish; do
  "$troupe" completion "$shell" >"$work/$shell"
done

in_bash() { # WORD...: what follows
  bash -c 'source "$1"; shift
    COMP_WORDS=("$@") COMP_CWORD=$(( $# - 1 )); _troupe
    printf "%s\n" "${COMPREPLY[@]}"' - "$work/bash" "$@"
}
in_fish() {
  local words=${*:1:$#-1}
  fish -c "source $work/fish; complete -C '$words ${!#}'" | cut -f1
}
shells=(in_bash)
if command -v fish >/dev/null; then
  shells+=(in_fish)
else
  echo "there is no fish here: it is not asked"
fi

expect() { # WORD WORDS...: that WORD is among what follows WORDS
  local ask
  for ask in "${shells[@]}"; do
    "$ask" "${@:2}" | grep -xF -e "$1" >/dev/null || fail "$ask: '${*:2}' has no $1"
  done
  asked=$(( asked + 1 ))
}

asked=0
commands=$("$troupe" --help | sed -n '/^Subcommands:/,$s/^  \([a-z]*\) .*/\1/p')
(( $(wc -w <<<"$commands") >= 5 )) || fail "the help has no commands"
for command in $commands; do
  expect "$command" troupe ""
  while read -r option; do
    expect "$option" troupe "$command" "$option"
  done < <("$troupe" "$command" --help | grep -o '^ *-[-a-zA-Z,]*' |
    tr ', ' '\n\n' | grep '^--')
done
expect new troupe key ""
expect --help troupe key new --h
expect range troupe sync --wire ""
expect classic troupe share --wire c
expect fish troupe completion f
expect lo troupe doctor --interface l
touch "$work/some file"
in_bash troupe share "$work/so" | grep -xF "$work/some file" >/dev/null ||
  fail "bash knows no files"
in_bash troupe sync --keyfile "$work/so" | grep -xF "$work/some file" >/dev/null ||
  fail "bash knows no files for options"
[[ $(in_bash troupe sync --wire = cl) == classic ]] || fail "no --wire=classic"
[[ -z $(in_bash troupe share --rate "") ]] || fail "something follows --rate"

# zsh completes on terminals only: here it reads the script and registers it.
if command -v zsh >/dev/null; then
  # shellcheck disable=SC2016
  [[ $(zsh -f -c 'autoload -U compinit; compinit -u -D; source "$1"
        print $_comps[troupe] $+functions[_troupe_key_new]' - "$work/zsh") == \
     "_troupe 1" ]] || fail "zsh does not take its script"
else
  echo "there is no zsh here: its script is not read"
fi
echo "$asked questions answered by ${#shells[@]} shells"
