#!/usr/bin/env bash
# Gives the executor `tensorflow` its binding where the package @tensorflow/tfjs-node-gpu has no working binary of its own:
# it compiles the two C++ files of the package against the TensorFlow library of a Python wheel.
#
#   scripts/build-tfjs-node.sh [folder]
#
# folder         gets the package in its node_modules. Default: the project in the working directory. For another folder set
#                FLUXION_TENSORFLOW to it when you run fluxion.
# TFJS_WHEEL     line of a pip requirements file with the library. Default: TensorFlow 2.15.1 for the CPU, 207 MB.
#                "tensorflow==2.15.1" (475 MB) has the kernels for CUDA 12 too, which needs NVIDIA's libraries beside it.
# TFJS_CACHE     where unpacked libraries stay, 600 MB each. Default: ~/.cache/fluxion-tensorflow
#
# Needs Linux on x86-64 with glibc, Node 20 or later, npm, python3 with pip and g++. `npm ci` removes what it made in a
# project; run it again then, which takes seconds.
set -euo pipefail

version=4.22.0
package=@tensorflow/tfjs-node-gpu
wheel=${TFJS_WHEEL:-tensorflow-cpu==2.15.1 --hash=sha256:54660c074d7241a503e81edfd9f5ef5af88f64051b72e2945f26318c790f2d26}
cache=${TFJS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/fluxion-tensorflow}

fail() { echo "build-tfjs-node: $*" >&2; exit 1; }
[ "$(uname -sm)" = "Linux x86_64" ] || fail "this machine is $(uname -sm); the recipe is for Linux on x86-64"
for tool in node npm python3 g++; do
  command -v "$tool" >/dev/null || fail "$tool is missing (Debian: apt-get install python3-pip g++)"
done

folder=${1:-.}
mkdir -p "$folder" "$cache"
folder=$(cd "$folder" && pwd)
[ -f "$folder/package.json" ] || echo '{ "private": true }' >"$folder/package.json"
home=$folder/node_modules/$package
library=$cache/${wheel%% *}
work=$(mktemp -d "$cache/work.XXXXXX")
trap 'rm -rf "$work"' EXIT
# Runs a step whose output is shown only if it fails.
step() { "$@" >"$work/output" 2>&1 || { cat "$work/output" >&2; fail "this step failed: $*"; }; }

# A product by the binding alone, in the words of the library.
check() {
  TF_CPP_MIN_LOG_LEVEL=3 node -e '
    const binding = require(process.argv[1] + "/lib/napi-v8/tfjs_binding.node");
    const numbers = (shape, list) => binding.createTensor(shape, 1, Float32Array.from(list));
    const attributes = [{ name: "T", type: 4, value: 1 }, ...["transpose_a", "transpose_b"].map((name) => ({ name, type: 3, value: false }))];
    const [{ id }] = binding.executeOp("MatMul", attributes, [numbers([1, 2], [1, 2]), numbers([2, 1], [1, 3])], 1);
    const [seven] = binding.tensorDataSync(id);
    if (seven !== 7) throw new Error(`1 + 2 * 3 = ${seven}`);
    console.log(`TensorFlow ${binding.TF_Version} on ${binding.isUsingGpuDevice() ? "a GPU" : "the CPU"}: ${process.argv[1]}`);
  ' "$home"
}
if [ "$(cat "$home/deps/made-with" 2>/dev/null)" = "$wheel" ] && check 2>/dev/null; then exit 0; fi

# The library, once for each wheel. Of the headers only those that the binding reads.
if [ ! -f "$library/complete" ]; then
  echo "$wheel" >"$work/requirements.txt"
  step python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: --python-version 3.11 \
    --platform manylinux2014_x86_64 --platform manylinux_2_27_x86_64 --dest "$work" --requirement "$work/requirements.txt"
  step python3 - "$work" <<'PYTHON'
import glob, sys, zipfile

work = sys.argv[1]
headers = ("tensorflow/c/", "tsl/", "xla/tsl/", "tensorflow/tsl/", "tensorflow/core/platform/")
wanted = ("libtensorflow_cc.so.2", "libtensorflow_framework.so.2", *(f"include/{path}" for path in headers))
[wheel] = glob.glob(f"{work}/*.whl")
with zipfile.ZipFile(wheel) as archive:
    for entry in archive.infolist():
        entry.filename = entry.filename.removeprefix("tensorflow/")
        if entry.filename.startswith(wanted):
            archive.extract(entry, f"{work}/library")
PYTHON
  touch "$work/library/complete"
  rm -rf "$library"
  mv "$work/library" "$library"
fi

# The package without its install script, which would download a library of its own. package.json and the lock file stay as
# they are. Without --save-prod npm installs nothing where the package is an optional peer.
if [ ! -f "$home/binding.gyp" ]; then
  (cd "$folder" && step npm install --no-save --save-prod --ignore-scripts --no-audit --no-fund "$package@$version")
fi

# The binding, by the compiler alone, since node-gyp stumbles over spaces in paths. The headers of the interface between
# Node and libraries are those that came with Node, or a package of their own.
rm -rf "$home/deps" "$home/lib"
mkdir -p "$home/deps/lib" "$home/lib/napi-v8"
for name in cc framework; do ln -s "$library/libtensorflow_$name.so.2" "$home/deps/lib/"; done
headers=$(node -p 'require("path").resolve(process.execPath, "../../include/node")')
if [ ! -f "$headers/node_api.h" ]; then
  step npm install --prefix "$work" --ignore-scripts --no-audit --no-fund node-api-headers@1.9.0
  headers=$work/node_modules/node-api-headers/include
fi
step g++ -O2 -std=c++17 -shared -fPIC -w -DNAPI_VERSION=8 -DBUILDING_NODE_EXTENSION -DNODE_GYP_MODULE_NAME=tfjs_binding \
  -I"$library/include" -I"$headers" "$home/binding/tfjs_backend.cc" "$home/binding/tfjs_binding.cc" \
  -o "$home/lib/napi-v8/tfjs_binding.node" -L"$home/deps/lib" -l:libtensorflow_cc.so.2 -l:libtensorflow_framework.so.2 \
  '-Wl,-rpath,$ORIGIN/../../deps/lib'
echo "$wheel" >"$home/deps/made-with"
check
