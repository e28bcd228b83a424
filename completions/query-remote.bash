# bash completion for query-remote
_query_remote()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}

	COMPREPLY=()
	case $prev in
	-H|--header) return ;;
	--tenant) return ;;
	--timeout) return ;;
	--ca) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")); return ;;
	--cert) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")); return ;;
	--key) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")); return ;;
	esac
	case $cur in
	-*) COMPREPLY=($(compgen -W " -H --header --tenant --timeout --ca --cert --key -h --help -V --version" -- "$cur")) ;;
	*) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")) ;;
	esac
}
complete -F _query_remote query-remote
