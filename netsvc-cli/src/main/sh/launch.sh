# What the launchers share: finding a JDK, and one build at a time. Read by `.`, with `root` set to
# the top of the source tree. They set `home`, and use `target`, `version`, `line`, `owner` and `lockdir`.
needed=25

# A standard stream that is closed would be the next file that the JVM opens.
{ : <&0; } 2>/dev/null || exec 0</dev/null
{ : >&1; } 2>/dev/null || exec 1>/dev/null
{ : >&2; } 2>/dev/null || exec 2>/dev/null

# recent_enough VERSION: whether "25.0.1", "26-ea" or "1.8.0_392" is new enough.
recent_enough() {
  feature=${1%%[!0-9]*}
  [ -n "$feature" ] && [ "$feature" -ge "$needed" ]
}

# is_jdk HOME: whether this is a JDK that is new enough. The file says so without starting a JVM, or
# anything else: that is done at each start.
is_jdk() {
  [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] || return 1
  version=
  if [ -r "$1/release" ]; then
    while read -r line; do
      case $line in JAVA_VERSION=*) version=${line#*=} ;; esac
    done <"$1/release"
    version=${version#\"}
    version=${version%%\"*}
  else
    version=$("$1/bin/java" -version 2>&1 | sed -n 's/^[^"]* version "\([^"]*\)".*/\1/p')
  fi
  recent_enough "$version"
}

# path_home: the home of the java on PATH. Only the JVM itself knows it: java may be a shim.
path_home() {
  command -v java >/dev/null 2>&1 || return 1
  java -XshowSettings:properties -version 2>&1 </dev/null | sed -n 's/^ *java\.home = //p'
}

find_home() {
  if [ -n "${JAVA_HOME:-}" ] && is_jdk "$JAVA_HOME"; then
    home=$JAVA_HOME
    return 0
  fi
  # The usual case, PATH's java linked into a JDK's bin, needs no JVM.
  home=$(command -v java) || home=
  while [ -L "$home" ]; do
    target=$(readlink "$home")
    case $target in
      /*) home=$target ;;
      *) home=${home%/*}/$target ;;
    esac
  done
  home=${home%/bin/java}
  if [ -n "$home" ] && [ -r "$home/release" ]; then
    is_jdk "$home" && return 0
  else
    home=$(path_home) && [ -n "$home" ] && is_jdk "$home" && return 0
  fi
  for home in /usr/lib/jvm/* /usr/java/* "${HOME:-}"/.sdkman/candidates/java/* \
      /Library/Java/JavaVirtualMachines/*/Contents/Home /opt/*jdk*; do
    is_jdk "$home" && return 0
  done
  return 1
}

# require_home WHO: sets home, or says what to install and ends.
require_home() {
  find_home && return 0
  echo "$1: no JDK $needed or newer found: install one (such as Eclipse Temurin $needed, https://adoptium.net), or set JAVA_HOME to it" >&2
  exit 1
}

# One build at a time; who waited finds the jar built.
lock() {
  mkdir -p "$root/target" || exit 1
  if command -v flock >/dev/null 2>&1; then
    exec 9>"$root/target/netsvc.lock" || exit 1
    flock 9 || exit 1
    return
  fi
  lockdir=$root/target/netsvc.lock.d
  until mkdir "$lockdir" 2>/dev/null; do
    owner=$(cat "$lockdir/pid" 2>/dev/null)
    if [ -n "$owner" ] && ! kill -0 "$owner" 2>/dev/null; then
      rm -rf "$lockdir" # left by a build that was killed
    else
      sleep 1
    fi
  done
  echo $$ >"$lockdir/pid"
}

unlock() {
  if [ -n "${lockdir:-}" ]; then rm -rf "$lockdir"; else exec 9>&-; fi
}
