# bash completion for spool
_spool()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}

	COMPREPLY=()
	case $prev in
	-c|--cursor) return ;;
	-n|--count) return ;;
	-a|--age) return ;;
	-R|--register) return ;;
	-U|--unregister) return ;;
	-b|--bound) return ;;
	-p|--policy) COMPREPLY=($(compgen -W "block drop-oldest" -- "$cur")); return ;;
	--sync) COMPREPLY=($(compgen -W "each none" -- "$cur")); return ;;
	--ack) return ;;
	--segment) return ;;
	esac
	case $cur in
	-*) COMPREPLY=($(compgen -W " -r --read -f --follow -c --cursor -k --keep -n --count -l --list -v --verify -t --trim -a --age -R --register -U --unregister -b --bound -p --policy --sync --ack --segment -h --help -V --version" -- "$cur")) ;;
	*) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")) ;;
	esac
}
complete -F _spool spool
