#!/bin/sh
# Installs the command for a user or for all: ./install.sh [PREFIX], by default ~/.local. The command
# stays in this source tree, to which a link leads; its manual pages and completion are copied.
set -eu
root=$(cd "$(dirname "$0")" && pwd -P)
prefix=${1:-$HOME/.local}
"$root/netsvc" --version >/dev/null
. "$root/netsvc-cli/src/main/sh/launch.sh"
require_home install.sh
mkdir -p "$prefix/bin" "$prefix/share/man/man1" "$prefix/share/bash-completion/completions" \
  "$prefix/share/zsh/site-functions"
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
"$home/bin/java" -cp "$root/netsvc-cli/target/netsvc.jar" io.netsvc.cli.Manual "$made"
cp "$made"/*.1 "$prefix/share/man/man1/"
cp "$made/netsvc.bash" "$prefix/share/bash-completion/completions/netsvc"
{ echo '#compdef netsvc'; cat "$made/netsvc.bash"; } >"$prefix/share/zsh/site-functions/_netsvc"
ln -sfn "$root/netsvc" "$prefix/bin/netsvc"
echo "installed $prefix/bin/netsvc, its manual pages (man netsvc-nc) and completion"
