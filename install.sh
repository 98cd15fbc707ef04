#!/usr/bin/env bash
# Prepares Kentongan in .venv and starts what was asked for. Running it again is harmless.
# What people read here is Indonesian, because the technician who reads it is.
set -eu

ROOT=$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")" && pwd)
VENV=$ROOT/.venv
STAMP=$VENV/kentongan.stamp
LOG=$VENV/install.log
CHROMIUM=${KENTONGAN_CHROMIUM:-/usr/bin/chromium}
TASK=${1:-}

say() { printf '%s\n' "$*"; }
fail() {
    printf 'Gagal: %s\n' "$*" >&2
    exit 1
}

usage() {
    cat <<'TEXT'
Kentongan: SMS warga menjadi laporan yang tidak hilang.

  ./install.sh demo [--check ...]   tiga desa dan satu Polres di komputer ini, tanpa modem
  ./install.sh test [-k nama ...]   semua pemeriksaan dan uji
  ./install.sh --help               bantuan ini

Semua persiapan (Python, paket, .venv) dilakukan sendiri; mengulang tidak merusak apa pun.
Kata-kata setelah perintah diteruskan kepada program.

Kode akhir `test`: 0 semua lulus, 1 ada yang gagal, 3 lulus tetapi ada uji yang dilewati
karena Chromium, strace atau faketime tidak ada. KENTONGAN_CHROMIUM menunjuk Chromium di
tempat lain.
TEXT
}

# --- Debian packages -------------------------------------------------------------------------

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        sudo -n "$@"
    fi
}

can_be_root() {
    [ "$(id -u)" = 0 ] || { command -v sudo && sudo -n true; } >/dev/null 2>&1
}

# The package lists are fetched only when the known ones do not lead to the package.
install_debian() {
    command -v apt-get >/dev/null 2>&1 && can_be_root || return 1
    say "Memasang $* dari Debian (bisa beberapa menit) ..."
    local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=120)
    local output
    output=$(mktemp)
    if as_root "${apt[@]}" install -y --no-install-recommends "$@" >"$output" 2>&1 ||
        { as_root "${apt[@]}" update >>"$output" 2>&1 &&
            as_root "${apt[@]}" install -y --no-install-recommends "$@" >>"$output" 2>&1; }; then
        rm -f "$output"
        return 0
    fi
    grep '^E:' "$output" | tail -n 2 >&2 || true
    rm -f "$output"
    return 1
}

# --- Python and its environment --------------------------------------------------------------

# Every python3 on the PATH: the first may be a version manager's shim that leads nowhere.
pythons() {
    type -aP python3 python3.13 python3.12 python3.11 python3.14 2>/dev/null || true
}

find_python() {
    local candidate
    while IFS= read -r candidate; do
        if "$candidate" -c "$1" >/dev/null 2>&1; then
            printf '%s\n' "$candidate"
            return 0
        fi
    done < <(pythons)
    return 1
}

recent='import sys; sys.exit(sys.version_info < (3, 11))'
complete="import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))"

choose_python() {
    PYTHON=$(find_python "$complete") && return 0
    if ! PYTHON=$(find_python "$recent"); then
        install_debian python3 python3-venv || true
        PYTHON=$(find_python "$complete") && return 0
        fail "Python 3.11 atau lebih baru tidak ada. Pasang dengan: sudo apt-get install python3 python3-venv"
    fi
    install_debian python3-venv || true
    PYTHON=$(find_python "$complete") ||
        fail "Paket python3-venv belum ada. Pasang dengan: sudo apt-get install python3-venv"
}

# The place is part of the stamp: a moved .venv has scripts that point to its old place.
wanted() {
    printf '%s\n' "$ROOT"
    cat -- "$ROOT/setup.cfg" "$ROOT/pyproject.toml" "$ROOT/constraints.txt" | cksum
}

stamped() {
    [ -f "$STAMP" ] && [ "$(head -n -1 "$STAMP")" = "$(wanted)" ] || return 1
    [ "$TASK" != test ] || [ "$(tail -n 1 "$STAMP")" = test ]
}

# The files of every package that setup.cfg asks for are there, and the interpreter starts.
sound() {
    [ -x "$VENV/bin/kentongan" ] && "$VENV/bin/python" -I - "$TASK" >/dev/null 2>&1 <<'PY'
import re
import sys
from importlib.metadata import distribution

for line in distribution("kentongan").requires or []:
    if "extra ==" not in line or sys.argv[1] == "test":
        found = distribution(re.match(r"[\w.-]+", line)[0])
        code = [f for f in found.files or [] if f.suffix in {".py", ".pyi"}]
        if code and not code[0].locate().exists():
            sys.exit(1)
PY
}

usable() {
    [ -f "$STAMP" ] && [ "$(head -n 1 "$STAMP")" = "$ROOT" ] &&
        "$VENV/bin/python" -I -c "$recent" >/dev/null 2>&1 &&
        "$VENV/bin/python" -I -m pip --version >/dev/null 2>&1
}

make_venv() {
    choose_python
    say "Menyiapkan Python di .venv ..."
    local output
    rm -rf -- "$VENV" 2>/dev/null || fail "Folder .venv milik pengguna lain. Hapus dengan: sudo rm -rf '$VENV'"
    if ! output=$("$PYTHON" -m venv "$VENV" 2>&1); then
        rm -rf -- "$VENV" || true
        case $output in
            *"No space left"*) fail "Penyimpanan penuh. Kosongkan dulu, lalu ulangi perintah ini." ;;
            *denied*) fail "Folder ini tidak boleh ditulisi oleh pengguna ini: $ROOT" ;;
            *) fail "Membuat .venv tidak berhasil dengan $PYTHON. Coba: sudo apt-get install --reinstall python3-venv" ;;
        esac
    fi
}

explain_log() {
    if grep -q 'No space left on device' "$LOG"; then
        fail "Penyimpanan penuh. Kosongkan dulu, lalu ulangi perintah ini."
    fi
    if grep -qE 'NewConnectionError|ConnectTimeout|ReadTimeout|name resolution|ProxyError|unreachable|Connection (refused|reset|aborted|broken)' "$LOG"; then
        fail "Tidak ada jaringan ke gudang paket Python. Sambungkan internet, lalu ulangi: ./install.sh $TASK"
    fi
    grep -iE '^ *error:' "$LOG" | tail -n 5 >&2 || true
    fail "Paket Python tidak terpasang. Catatan lengkap ada di .venv/install.log"
}

install_packages() {
    local what=.
    [ "$TASK" != test ] || what=.[test]
    # An environment that was ready for the tests stays so.
    [ "$(tail -n 1 "$STAMP" 2>/dev/null || true)" != test ] || what=.[test]
    rm -f -- "$STAMP"
    say "Memasang paket Python (sekali saja, beberapa menit) ..."
    (cd -- "$ROOT" && exec "$VENV/bin/python" -I -m pip --disable-pip-version-check --no-input \
        install -q --prefer-binary -c constraints.txt -e "$what") >"$LOG" 2>&1 || explain_log
    sound || fail "Paket terpasang tetapi tidak lengkap. Hapus folder .venv, lalu ulangi: ./install.sh $TASK"
    {
        wanted
        if [ "$what" = . ]; then say demo; else say test; fi
    } >"$STAMP"
}

prepare() {
    if stamped && sound; then
        return 0
    fi
    [ -w "$ROOT" ] || fail "Folder ini tidak boleh ditulisi oleh pengguna ini: $ROOT"
    [ ! -d "$VENV" ] || [ -w "$VENV" ] ||
        fail "Folder .venv milik pengguna lain. Hapus dengan: sudo rm -rf '$VENV'"
    # A stamp that fits an environment that does not work: something was damaged; start anew.
    if stamped || ! usable; then
        make_venv
    fi
    install_packages
}

unexpected() {
    say "Gagal: langkah di baris $1 dari install.sh berhenti tak terduga; catatan ada di .venv/install.log" >&2
}

# Two terminals at once: the second waits for the first instead of building beside it.
prepare_once() (
    set -E
    trap 'unexpected $LINENO' ERR
    if command -v flock >/dev/null 2>&1; then
        exec 9<"$ROOT/setup.cfg"
        flock 9
    fi
    prepare 9<&-
)

# --- test ------------------------------------------------------------------------------------

FAILED=0
RAN=0
TIMES=

timed() {
    local title=$1 start=$SECONDS status=0
    shift
    say "== $title"
    "$@" || status=$?
    TIMES="$TIMES$(printf '  %-22s %4d s' "$title" $((SECONDS - start)))
"
    return "$status"
}

check() {
    timed "$@" || FAILED=1
}

# pytest ends with 5 when a selection (-k) matches nothing in one of the phases.
phase() {
    local status=0
    timed "$@" || status=$?
    case $status in
        0) RAN=1 ;;
        5) ;;
        *) FAILED=1 RAN=1 ;;
    esac
}

find_chromium() {
    [ -x "$CHROMIUM" ] && return 0
    install_debian chromium fonts-liberation || true
    [ -x "$CHROMIUM" ]
}

# strace lets a card fail at chosen moments and records what power cuts are replayed from;
# faketime turns the clock.
have_tools() {
    command -v strace >/dev/null 2>&1 && compgen -G '/usr/lib/*/faketime/libfaketimeMT.so.1' >/dev/null
}

find_tools() {
    have_tools && return 0
    install_debian strace faketime || true
    have_tools
}

run_tests() {
    local browser=1 tools=1 slow='page or system' bin=$VENV/bin
    find_chromium || browser=0
    find_tools || tools=0
    [ "$browser" = 1 ] || slow='system and not page'
    cd -- "$ROOT"
    check "bentuk (ruff format)" "$bin/ruff" format --quiet --check .
    check "aturan (ruff)" "$bin/ruff" check --quiet .
    check "tipe (mypy)" "$bin/mypy" --no-error-summary
    check "lapisan (import)" "$bin/lint-imports" --no-logo --no-cache
    phase "uji cepat" "$bin/python" -m pytest -n 2 -m "not page and not system" "$@"
    phase "uji halaman dan sistem" "$bin/python" -m pytest -m "$slow" "$@"
    say "Waktu:"
    printf '%s' "$TIMES"
    [ "$RAN" = 1 ] || fail "Tidak ada uji yang cocok dengan pilihan: ${*:-(tanpa pilihan)}"
    [ "$FAILED" = 0 ] || fail "Ada pemeriksaan atau uji yang tidak lulus; lihat di atas."
    if [ "$browser" = 0 ]; then
        say "Uji halaman dilewati: $CHROMIUM tidak ada. Pasang dengan: sudo apt-get install chromium"
    fi
    if [ "$tools" = 0 ]; then
        say "Uji kartu dan jam dilewati: alatnya tidak ada. Pasang dengan: sudo apt-get install strace faketime"
    fi
    [ "$browser$tools" = 11 ] || exit 3
    say "Semua lulus."
}

# --- start -----------------------------------------------------------------------------------

trap 'exit 130' INT
# Settings meant for other Python programs must not lead packages away from .venv.
unset PYTHONHOME PYTHONPATH PYTHONSTARTUP PIP_USER PIP_TARGET PIP_PREFIX PIP_REQUIRE_VIRTUALENV
if [ -z "${HOME:-}" ]; then
    HOME=$(getent passwd "$(id -u)" | cut -d: -f6) || HOME=
    export HOME="${HOME:-$VENV}"
fi

case $TASK in
    demo | test)
        shift
        prepare_once
        ;;
    -h | --help | help)
        usage
        exit 0
        ;;
    '')
        usage >&2
        exit 2
        ;;
    *)
        say "Perintah \"$TASK\" tidak dikenal. Yang ada: demo, test. Bantuan: ./install.sh --help" >&2
        exit 2
        ;;
esac

if [ "$TASK" = test ]; then
    run_tests "$@"
else
    exec "$VENV/bin/kentongan" "$TASK" "$@"
fi
