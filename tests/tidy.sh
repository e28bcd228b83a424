#!/bin/sh
# clang-tidy over one source: tests/tidy.sh FILE
cd "$(dirname "$0")/.." || exit
checks='-*,clang-analyzer-*,bugprone-*,-bugprone-easily-swappable-parameters'
# sizeof-expression: means lists of pointers grown by sizeof *list, all right;
# what else it finds gcc does, too (-Wsizeof-pointer-memaccess, -div, -array)
for c in assignment-in-if-condition narrowing-conversions reserved-identifier branch-clone \
	implicit-widening-of-multiplication-result sizeof-expression; do
	checks=$checks,-bugprone-$c
done
checks="$checks,-clang-analyzer-security.insecureAPI.*,-clang-analyzer-valist.Uninitialized"
exec clang-tidy --quiet --warnings-as-errors="*" --checks="$checks" "$1" -- \
	-std=c11 -D_GNU_SOURCE -Ilib -I"${O:-build}/gen" 2>/dev/null
