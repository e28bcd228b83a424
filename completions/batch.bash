# bash completion for batch
_batch()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}

	COMPREPLY=()
	case $prev in
	-n|--items) return ;;
	-m|--max-items) return ;;
	-b|--bytes) return ;;
	-t|--time) return ;;
	--grace) return ;;
	--metrics) return ;;
	esac
	case $cur in
	-*) COMPREPLY=($(compgen -W " -n --items -m --max-items -b --bytes -t --time -g --regroup --grace --metrics -h --help -V --version" -- "$cur")) ;;
	*) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")) ;;
	esac
}
complete -F _batch batch
