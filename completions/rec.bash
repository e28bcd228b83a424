# bash completion for rec
_rec()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}

	COMPREPLY=()
	case $prev in
	-o|--output) COMPREPLY=($(compgen -W "json table summary rec" -- "$cur")); return ;;
	-i|--input) COMPREPLY=($(compgen -W "auto rec json collector" -- "$cur")); return ;;
	-s|--signal) COMPREPLY=($(compgen -W "traces metrics logs profiles" -- "$cur")); return ;;
	-n|--number) return ;;
	-t|--tenant) return ;;
	esac
	case $cur in
	-*) COMPREPLY=($(compgen -W " -o --output -i --input -r --read-json -s --signal -n --number -c --count -v --verify -t --tenant -h --help -V --version" -- "$cur")) ;;
	*) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")) ;;
	esac
}
complete -F _rec rec
