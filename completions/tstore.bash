# bash completion for tstore
_tstore()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}

	COMPREPLY=()
	case $prev in
	-d|--dir) compopt -o filenames; COMPREPLY=($(compgen -d -- "$cur")); return ;;
	--keep) return ;;
	--keep-bytes) return ;;
	--expire) return ;;
	--snapshot) compopt -o filenames; COMPREPLY=($(compgen -d -- "$cur")); return ;;
	--seal-bytes) return ;;
	--seal-time) return ;;
	--merge-bytes) return ;;
	--merge-time) return ;;
	--memory) return ;;
	--max-spans) return ;;
	esac
	case $cur in
	-*) COMPREPLY=($(compgen -W " -d --dir --keep --keep-bytes --info --check --repair --compact --expire --snapshot --seal-bytes --seal-time --merge-bytes --merge-time --memory --once --max-spans -h --help -V --version" -- "$cur")) ;;
	*) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")) ;;
	esac
}
complete -F _tstore tstore
