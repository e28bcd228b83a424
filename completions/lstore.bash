# bash completion for lstore
_lstore()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}

	COMPREPLY=()
	case $prev in
	-L|--labels) return ;;
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
	--delete) return ;;
	--from) return ;;
	--to) return ;;
	--tenant) return ;;
	esac
	case $cur in
	-*) COMPREPLY=($(compgen -W " -L --labels -d --dir --keep --keep-bytes --info --check --repair --compact --expire --snapshot --seal-bytes --seal-time --merge-bytes --merge-time --memory --once --delete --from --to --tenant -h --help -V --version" -- "$cur")) ;;
	*) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")) ;;
	esac
}
complete -F _lstore lstore
