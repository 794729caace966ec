# Completion of wengert for bash; made by wengert --completion bash.
_wengert() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} verb=${COMP_WORDS[1]}
  [[ $current == = ]] && current=
  [[ $previous == = && $COMP_CWORD -ge 2 ]] && previous=${COMP_WORDS[COMP_CWORD - 2]}
  if [[ $COMP_CWORD -eq 1 ]]; then
    COMPREPLY=($(compgen -W 'print eval grad jvp vjp jacobian hessian hvp plan explain draw emit check compile bench train predict evaluate profile sweep import export data primitives demo help --help --version --man --completion' -- "$current"))
    return
  fi
  case $verb:$previous in
    help:help) COMPREPLY=($(compgen -W 'print eval grad jvp vjp jacobian hessian hvp plan explain draw emit check compile bench train predict evaluate profile sweep import export data primitives demo' -- "$current")); return ;;
    --completion:--completion) COMPREPLY=($(compgen -W 'bash zsh fish' -- "$current")); return ;;
    print:--program) COMPREPLY=(); return ;;
    print:--at) COMPREPLY=(); return ;;
    print:--types) COMPREPLY=(); return ;;
    print:--precision) COMPREPLY=($(compgen -W 'f64 f32' -- "$current")); return ;;
    print:--color) COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    eval:--program) COMPREPLY=(); return ;;
    eval:--at) COMPREPLY=(); return ;;
    eval:--types) COMPREPLY=(); return ;;
    eval:--precision) COMPREPLY=($(compgen -W 'f64 f32' -- "$current")); return ;;
    eval:--engine) COMPREPLY=($(compgen -W 'auto interpreter compiled' -- "$current")); return ;;
    eval:--math) COMPREPLY=($(compgen -W 'fast accurate' -- "$current")); return ;;
    eval:--threads) COMPREPLY=(); return ;;
    eval:--color) COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    grad:--program) COMPREPLY=(); return ;;
    grad:--at) COMPREPLY=(); return ;;
    grad:--types) COMPREPLY=(); return ;;
    grad:--precision) COMPREPLY=($(compgen -W 'f64 f32' -- "$current")); return ;;
    grad:--wrt) COMPREPLY=(); return ;;
    grad:--engine) COMPREPLY=($(compgen -W 'auto interpreter compiled' -- "$current")); return ;;
    grad:--math) COMPREPLY=($(compgen -W 'fast accurate' -- "$current")); return ;;
    grad:--threads) COMPREPLY=(); return ;;
    grad:--color) COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    jvp:--program) COMPREPLY=(); return ;;
    jvp:--at) COMPREPLY=(); return ;;
    jvp:--types) COMPREPLY=(); return ;;
    jvp:--precision) COMPREPLY=($(compgen -W 'f64 f32' -- "$current")); return ;;
    jvp:--wrt) COMPREPLY=(); return ;;
    jvp:--v) COMPREPLY=(); return ;;
    jvp:--engine) COMPREPLY=($(compgen -W 'auto interpreter compiled' -- "$current")); return ;;
    jvp:--math) COMPREPLY=($(compgen -W 'fast accurate' -- "$current")); return ;;
    jvp:--threads) COMPREPLY=(); return ;;
    jvp:--color) COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    vjp:--program) COMPREPLY=(); return ;;
    vjp:--at) COMPREPLY=(); return ;;
    vjp:--types) COMPREPLY=(); return ;;
    vjp:--precision) COMPREPLY=($(compgen -W 'f64 f32' -- "$current")); return ;;
    vjp:--wrt) COMPREPLY=(); return ;;
    vjp:--seed) COMPREPLY=(); return ;;
    vjp:--engine) COMPREPLY=($(compgen -W 'auto interpreter compiled' -- "$current")); return ;;
    vjp:--math) COMPREPLY=($(compgen -W 'fast accurate' -- "$current")); return ;;
    vjp:--threads) COMPREPLY=(); return ;;
    vjp:--color) COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    jacobian:--program) COMPREPLY=(); return ;;
    jacobian:--at) COMPREPLY=(); return ;;
    jacobian:--types) COMPREPLY=(); return ;;
    jacobian:--precision) COMPREPLY=($(compgen -W 'f64 f32' -- "$current")); return ;;
    jacobian:--wrt) COMPREPLY=(); return ;;
    jacobian:--mode) COMPREPLY=($(compgen -W 'auto forward reverse columns fewest markowitz best' -- "$current")); return ;;
    jacobian:--engine) COMPREPLY=($(compgen -W 'auto interpreter compiled' -- "$current")); return ;;
    jacobian:--math) COMPREPLY=($(compgen -W 'fast accurate' -- "$current")); return ;;
    jacobian:--threads) COMPREPLY=(); return ;;
    jacobian:--color) COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    hessian:--program) COMPREPLY=(); return ;;
    hessian:--at) COMPREPLY=(); return ;;
    hessian:--types) COMPREPLY=(); return ;;
    hessian:--precision) COMPREPLY=($(compgen -W 'f64 f32' -- "$current")); return ;;
    hessian:--wrt) COMPREPLY=(); return ;;
    hessian:--engine) COMPREPLY=($(compgen -W 'auto interpreter compiled' -- "$current")); return ;;
    hessian:--math) COMPREPLY=($(compgen -W 'fast accurate' -- "$current")); return ;;
    hessian:--threads) COMPREPLY=(); return ;;
    hessian:--color) COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    hvp:--program) COMPREPLY=(); return ;;
    hvp:--at) COMPREPLY=(); return ;;
    hvp:--types) COMPREPLY=(); return ;;
    hvp:--precision) COMPREPLY=($(compgen -W 'f64 f32' -- "$current")); return ;;
    hvp:--wrt) COMPREPLY=(); return ;;
    hvp:--v) COMPREPLY=(); return ;;
    hvp:--engine) COMPREPLY=($(compgen -W 'auto interpreter compiled' -- "$current")); return ;;
    hvp:--math) COMPREPLY=($(compgen -W 'fast accurate' -- "$current")); return ;;
    hvp:--threads) COMPREPLY=(); return ;;
    hvp:--color) COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    plan:--program) COMPREPLY=(); return ;;
    plan:--at) COMPREPLY=(); return ;;
    plan:--types) COMPREPLY=(); return ;;
    plan:--precision) COMPREPLY=($(compgen -W 'f64 f32' -- "$current")); return ;;
    plan:--random) COMPREPLY=(); return ;;
    plan:--count) COMPREPLY=($(compgen -W 'all no-units no-numbers' -- "$current")); return ;;
    plan:--budget) COMPREPLY=(); return ;;
    plan:--draw) COMPREPLY=($(compgen -f -- "$current")); return ;;
    plan:--emit) COMPREPLY=($(compgen -f -- "$current")); return ;;
    plan:--certificate) COMPREPLY=($(compgen -f -- "$current")); return ;;
    plan:--verify) COMPREPLY=($(compgen -f -- "$current")); return ;;
    plan:--wrt) COMPREPLY=(); return ;;
    plan:--color) COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    explain:--program) COMPREPLY=(); return ;;
    explain:--at) COMPREPLY=(); return ;;
    explain:--types) COMPREPLY=(); return ;;
    explain:--precision) COMPREPLY=($(compgen -W 'f64 f32' -- "$current")); return ;;
    explain:--wrt) COMPREPLY=(); return ;;
    explain:--output) COMPREPLY=(); return ;;
    explain:--seed) COMPREPLY=(); return ;;
    explain:--digits) COMPREPLY=(); return ;;
    explain:--color) COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    draw:--program) COMPREPLY=(); return ;;
    draw:--at) COMPREPLY=(); return ;;
    draw:--types) COMPREPLY=(); return ;;
    draw:--precision) COMPREPLY=($(compgen -W 'f64 f32' -- "$current")); return ;;
    draw:-o | draw:--output) COMPREPLY=($(compgen -f -- "$current")); return ;;
    draw:--format) COMPREPLY=($(compgen -W 'svg dot' -- "$current")); return ;;
    draw:--most) COMPREPLY=(); return ;;
    draw:--color) COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    emit:--program) COMPREPLY=(); return ;;
    emit:--at) COMPREPLY=(); return ;;
    emit:--types) COMPREPLY=(); return ;;
    emit:--precision) COMPREPLY=($(compgen -W 'f64 f32' -- "$current")); return ;;
    emit:--of) COMPREPLY=($(compgen -W 'value grad jvp vjp jacobian hessian hvp' -- "$current")); return ;;
    emit:--wrt) COMPREPLY=(); return ;;
    emit:-o | emit:--output) COMPREPLY=($(compgen -f -- "$current")); return ;;
    emit:--header) COMPREPLY=($(compgen -f -- "$current")); return ;;
    emit:--name) COMPREPLY=(); return ;;
    emit:--lanes) COMPREPLY=(); return ;;
    emit:--mode) COMPREPLY=($(compgen -W 'auto forward reverse columns fewest' -- "$current")); return ;;
    emit:--scalars) COMPREPLY=(); return ;;
    emit:--color) COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    check:--program) COMPREPLY=(); return ;;
    check:--at) COMPREPLY=(); return ;;
    check:--types) COMPREPLY=(); return ;;
    check:--precision) COMPREPLY=($(compgen -W 'f64 f32' -- "$current")); return ;;
    check:--random) COMPREPLY=(); return ;;
    check:--tolerance) COMPREPLY=(); return ;;
    check:--color) COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    compile:--program) COMPREPLY=(); return ;;
    compile:--at) COMPREPLY=(); return ;;
    compile:--types) COMPREPLY=(); return ;;
    compile:--precision) COMPREPLY=($(compgen -W 'f64 f32' -- "$current")); return ;;
    compile:--of) COMPREPLY=($(compgen -W 'value grad jacobian hessian' -- "$current")); return ;;
    compile:--wrt) COMPREPLY=(); return ;;
    compile:--mode) COMPREPLY=($(compgen -W 'auto forward reverse columns fewest' -- "$current")); return ;;
    compile:--runs) COMPREPLY=(); return ;;
    compile:--limit) COMPREPLY=(); return ;;
    compile:--engine) COMPREPLY=($(compgen -W 'auto interpreter compiled' -- "$current")); return ;;
    compile:--math) COMPREPLY=($(compgen -W 'fast accurate' -- "$current")); return ;;
    compile:--threads) COMPREPLY=(); return ;;
    compile:--color) COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    bench:--program) COMPREPLY=(); return ;;
    bench:--at) COMPREPLY=(); return ;;
    bench:--types) COMPREPLY=(); return ;;
    bench:--precision) COMPREPLY=($(compgen -W 'f64 f32' -- "$current")); return ;;
    bench:--of) COMPREPLY=($(compgen -W 'value grad jacobian hessian' -- "$current")); return ;;
    bench:--wrt) COMPREPLY=(); return ;;
    bench:--mode) COMPREPLY=($(compgen -W 'auto forward reverse columns fewest' -- "$current")); return ;;
    bench:--random) COMPREPLY=(); return ;;
    bench:--runs) COMPREPLY=(); return ;;
    bench:--seconds) COMPREPLY=(); return ;;
    bench:--limit) COMPREPLY=(); return ;;
    bench:--math) COMPREPLY=($(compgen -W 'fast accurate' -- "$current")); return ;;
    bench:--threads) COMPREPLY=(); return ;;
    bench:--color) COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    train:--net) COMPREPLY=(); return ;;
    train:--loss) COMPREPLY=(); return ;;
    train:--regularize) COMPREPLY=(); return ;;
    train:--initializer) COMPREPLY=(); return ;;
    train:--bias-initializer) COMPREPLY=(); return ;;
    train:--optimizer) COMPREPLY=(); return ;;
    train:--rate) COMPREPLY=(); return ;;
    train:--schedule) COMPREPLY=(); return ;;
    train:--epochs) COMPREPLY=(); return ;;
    train:--batch) COMPREPLY=(); return ;;
    train:--patience) COMPREPLY=(); return ;;
    train:--seed) COMPREPLY=(); return ;;
    train:--clip) COMPREPLY=(); return ;;
    train:--average) COMPREPLY=(); return ;;
    train:--accumulate) COMPREPLY=(); return ;;
    train:--group) COMPREPLY=(); return ;;
    train:--freeze) COMPREPLY=(); return ;;
    train:--from) COMPREPLY=($(compgen -f -- "$current")); return ;;
    train:--from-layers) COMPREPLY=(); return ;;
    train:--engine) COMPREPLY=($(compgen -W 'auto interpreter compiled' -- "$current")); return ;;
    train:--math) COMPREPLY=($(compgen -W 'fast accurate' -- "$current")); return ;;
    train:--threads) COMPREPLY=(); return ;;
    train:--target) COMPREPLY=(); return ;;
    train:--ignore) COMPREPLY=(); return ;;
    train:--text) COMPREPLY=(); return ;;
    train:--categorical) COMPREPLY=(); return ;;
    train:--learn) COMPREPLY=($(compgen -W 'auto classes values' -- "$current")); return ;;
    train:--standardize) COMPREPLY=($(compgen -W 'auto yes no' -- "$current")); return ;;
    train:--test) COMPREPLY=($(compgen -f -- "$current")); return ;;
    train:--validation) COMPREPLY=(); return ;;
    train:--missing) COMPREPLY=($(compgen -W 'error drop fill' -- "$current")); return ;;
    train:--dtype) COMPREPLY=($(compgen -W 'f32 f64' -- "$current")); return ;;
    train:--image-size) COMPREPLY=(); return ;;
    train:--header) COMPREPLY=($(compgen -W 'auto yes no' -- "$current")); return ;;
    train:--separator) COMPREPLY=(); return ;;
    train:--augment) COMPREPLY=(); return ;;
    train:--shards) COMPREPLY=(); return ;;
    train:--snapshot-every) COMPREPLY=(); return ;;
    train:--report) COMPREPLY=($(compgen -W 'auto full short none' -- "$current")); return ;;
    train:-o | train:--out) COMPREPLY=($(compgen -d -- "$current")); return ;;
    train:--color) COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    predict:--sample) COMPREPLY=(); return ;;
    predict:--prompt) COMPREPLY=(); return ;;
    predict:--temperature) COMPREPLY=(); return ;;
    predict:--seed) COMPREPLY=(); return ;;
    predict:-o | predict:--out) COMPREPLY=($(compgen -f -- "$current")); return ;;
    predict:--image-size) COMPREPLY=(); return ;;
    predict:--header) COMPREPLY=($(compgen -W 'auto yes no' -- "$current")); return ;;
    predict:--separator) COMPREPLY=(); return ;;
    predict:--engine) COMPREPLY=($(compgen -W 'auto interpreter compiled' -- "$current")); return ;;
    predict:--math) COMPREPLY=($(compgen -W 'fast accurate' -- "$current")); return ;;
    predict:--threads) COMPREPLY=(); return ;;
    predict:--color) COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    evaluate:--part) COMPREPLY=($(compgen -W 'all test validation train' -- "$current")); return ;;
    evaluate:--worst) COMPREPLY=(); return ;;
    evaluate:--header) COMPREPLY=($(compgen -W 'auto yes no' -- "$current")); return ;;
    evaluate:--separator) COMPREPLY=(); return ;;
    evaluate:--engine) COMPREPLY=($(compgen -W 'auto interpreter compiled' -- "$current")); return ;;
    evaluate:--math) COMPREPLY=($(compgen -W 'fast accurate' -- "$current")); return ;;
    evaluate:--threads) COMPREPLY=(); return ;;
    evaluate:--color) COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    profile:--net) COMPREPLY=(); return ;;
    profile:--loss) COMPREPLY=(); return ;;
    profile:--optimizer) COMPREPLY=(); return ;;
    profile:--batch) COMPREPLY=(); return ;;
    profile:--dtype) COMPREPLY=($(compgen -W 'f32 f64' -- "$current")); return ;;
    profile:--seconds) COMPREPLY=(); return ;;
    profile:-o | profile:--out) COMPREPLY=($(compgen -f -- "$current")); return ;;
    profile:--engine) COMPREPLY=($(compgen -W 'auto interpreter compiled' -- "$current")); return ;;
    profile:--math) COMPREPLY=($(compgen -W 'fast accurate' -- "$current")); return ;;
    profile:--threads) COMPREPLY=(); return ;;
    profile:--color) COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    sweep:--vary) COMPREPLY=(); return ;;
    sweep:--random) COMPREPLY=(); return ;;
    sweep:--jobs) COMPREPLY=(); return ;;
    sweep:--net) COMPREPLY=(); return ;;
    sweep:--loss) COMPREPLY=(); return ;;
    sweep:--regularize) COMPREPLY=(); return ;;
    sweep:--initializer) COMPREPLY=(); return ;;
    sweep:--bias-initializer) COMPREPLY=(); return ;;
    sweep:--optimizer) COMPREPLY=(); return ;;
    sweep:--rate) COMPREPLY=(); return ;;
    sweep:--schedule) COMPREPLY=(); return ;;
    sweep:--epochs) COMPREPLY=(); return ;;
    sweep:--batch) COMPREPLY=(); return ;;
    sweep:--patience) COMPREPLY=(); return ;;
    sweep:--seed) COMPREPLY=(); return ;;
    sweep:--clip) COMPREPLY=(); return ;;
    sweep:--average) COMPREPLY=(); return ;;
    sweep:--accumulate) COMPREPLY=(); return ;;
    sweep:--group) COMPREPLY=(); return ;;
    sweep:--freeze) COMPREPLY=(); return ;;
    sweep:--from) COMPREPLY=($(compgen -f -- "$current")); return ;;
    sweep:--from-layers) COMPREPLY=(); return ;;
    sweep:--engine) COMPREPLY=($(compgen -W 'auto interpreter compiled' -- "$current")); return ;;
    sweep:--math) COMPREPLY=($(compgen -W 'fast accurate' -- "$current")); return ;;
    sweep:--threads) COMPREPLY=(); return ;;
    sweep:--target) COMPREPLY=(); return ;;
    sweep:--ignore) COMPREPLY=(); return ;;
    sweep:--text) COMPREPLY=(); return ;;
    sweep:--categorical) COMPREPLY=(); return ;;
    sweep:--learn) COMPREPLY=($(compgen -W 'auto classes values' -- "$current")); return ;;
    sweep:--standardize) COMPREPLY=($(compgen -W 'auto yes no' -- "$current")); return ;;
    sweep:--test) COMPREPLY=($(compgen -f -- "$current")); return ;;
    sweep:--validation) COMPREPLY=(); return ;;
    sweep:--missing) COMPREPLY=($(compgen -W 'error drop fill' -- "$current")); return ;;
    sweep:--dtype) COMPREPLY=($(compgen -W 'f32 f64' -- "$current")); return ;;
    sweep:--image-size) COMPREPLY=(); return ;;
    sweep:--header) COMPREPLY=($(compgen -W 'auto yes no' -- "$current")); return ;;
    sweep:--separator) COMPREPLY=(); return ;;
    sweep:--report) COMPREPLY=($(compgen -W 'auto full short none' -- "$current")); return ;;
    sweep:-o | sweep:--out) COMPREPLY=($(compgen -d -- "$current")); return ;;
    sweep:--color) COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    import:--net) COMPREPLY=(); return ;;
    import:--map) COMPREPLY=(); return ;;
    import:--like) COMPREPLY=($(compgen -f -- "$current")); return ;;
    import:--example) COMPREPLY=(); return ;;
    import:--mean) COMPREPLY=(); return ;;
    import:--deviation) COMPREPLY=(); return ;;
    import:--classes) COMPREPLY=(); return ;;
    import:--precision) COMPREPLY=($(compgen -W 'f32 f64' -- "$current")); return ;;
    import:-o | import:--out) COMPREPLY=($(compgen -d -- "$current")); return ;;
    import:--color) COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    export:-o | export:--output) COMPREPLY=($(compgen -f -- "$current")); return ;;
    export:--color) COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    data:--train) COMPREPLY=(); return ;;
    data:--test) COMPREPLY=(); return ;;
    data:--seed) COMPREPLY=(); return ;;
    data:--color) COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    primitives:--family) COMPREPLY=($(compgen -W 'elementwise linear bilinear composite control nondifferentiable' -- "$current")); return ;;
    primitives:--color) COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    demo:--data) COMPREPLY=($(compgen -d -- "$current")); return ;;
    demo:--net) COMPREPLY=(); return ;;
    demo:--loss) COMPREPLY=(); return ;;
    demo:--regularize) COMPREPLY=(); return ;;
    demo:--initializer) COMPREPLY=(); return ;;
    demo:--bias-initializer) COMPREPLY=(); return ;;
    demo:--optimizer) COMPREPLY=(); return ;;
    demo:--rate) COMPREPLY=(); return ;;
    demo:--schedule) COMPREPLY=(); return ;;
    demo:--epochs) COMPREPLY=(); return ;;
    demo:--batch) COMPREPLY=(); return ;;
    demo:--patience) COMPREPLY=(); return ;;
    demo:--seed) COMPREPLY=(); return ;;
    demo:--clip) COMPREPLY=(); return ;;
    demo:--average) COMPREPLY=(); return ;;
    demo:--accumulate) COMPREPLY=(); return ;;
    demo:--group) COMPREPLY=(); return ;;
    demo:--freeze) COMPREPLY=(); return ;;
    demo:--from) COMPREPLY=($(compgen -f -- "$current")); return ;;
    demo:--from-layers) COMPREPLY=(); return ;;
    demo:--engine) COMPREPLY=($(compgen -W 'auto interpreter compiled' -- "$current")); return ;;
    demo:--math) COMPREPLY=($(compgen -W 'fast accurate' -- "$current")); return ;;
    demo:--threads) COMPREPLY=(); return ;;
    demo:-o | demo:--out) COMPREPLY=($(compgen -d -- "$current")); return ;;
    demo:--color) COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
  esac
  case $verb in
    print)
      if [[ $current == -* ]]; then COMPREPLY=($(compgen -W '--program --at --types --precision --simplify --json --stats --color -h --help' -- "$current"))
      else COMPREPLY=($(compgen -f -- "$current"))
      fi ;;
    eval)
      if [[ $current == -* ]]; then COMPREPLY=($(compgen -W '--program --at --types --precision --trap-nan --engine --math --threads --json --stats --color -h --help' -- "$current"))
      else COMPREPLY=($(compgen -f -- "$current"))
      fi ;;
    grad)
      if [[ $current == -* ]]; then COMPREPLY=($(compgen -W '--program --at --types --precision --wrt --emit --trap-nan --engine --math --threads --json --stats --color -h --help' -- "$current"))
      else COMPREPLY=($(compgen -f -- "$current"))
      fi ;;
    jvp)
      if [[ $current == -* ]]; then COMPREPLY=($(compgen -W '--program --at --types --precision --wrt --emit --trap-nan --v --engine --math --threads --json --stats --color -h --help' -- "$current"))
      else COMPREPLY=($(compgen -f -- "$current"))
      fi ;;
    vjp)
      if [[ $current == -* ]]; then COMPREPLY=($(compgen -W '--program --at --types --precision --wrt --emit --trap-nan --seed --engine --math --threads --json --stats --color -h --help' -- "$current"))
      else COMPREPLY=($(compgen -f -- "$current"))
      fi ;;
    jacobian)
      if [[ $current == -* ]]; then COMPREPLY=($(compgen -W '--program --at --types --precision --wrt --emit --trap-nan --mode --sparse --engine --math --threads --json --stats --color -h --help' -- "$current"))
      else COMPREPLY=($(compgen -f -- "$current"))
      fi ;;
    hessian)
      if [[ $current == -* ]]; then COMPREPLY=($(compgen -W '--program --at --types --precision --wrt --emit --trap-nan --sparse --engine --math --threads --json --stats --color -h --help' -- "$current"))
      else COMPREPLY=($(compgen -f -- "$current"))
      fi ;;
    hvp)
      if [[ $current == -* ]]; then COMPREPLY=($(compgen -W '--program --at --types --precision --wrt --emit --trap-nan --v --engine --math --threads --json --stats --color -h --help' -- "$current"))
      else COMPREPLY=($(compgen -f -- "$current"))
      fi ;;
    plan)
      if [[ $current == -* ]]; then COMPREPLY=($(compgen -W '--program --at --types --precision --random --count --as-written --budget --order --draw --emit --timed --certificate --verify --tasks --chain --wrt --json --stats --color -h --help' -- "$current"))
      else COMPREPLY=($(compgen -f -- "$current"))
      fi ;;
    explain)
      if [[ $current == -* ]]; then COMPREPLY=($(compgen -W '--program --at --types --precision --wrt --output --seed --digits --trap-nan --json --stats --color -h --help' -- "$current"))
      else COMPREPLY=($(compgen -f -- "$current"))
      fi ;;
    draw)
      if [[ $current == -* ]]; then COMPREPLY=($(compgen -W '--program --at --types --precision -o --output --format --most --simplify --trap-nan --json --stats --color -h --help' -- "$current"))
      else COMPREPLY=($(compgen -f -- "$current"))
      fi ;;
    emit)
      if [[ $current == -* ]]; then COMPREPLY=($(compgen -W '--program --at --types --precision --c --of --wrt -o --output --header --main --name --batch --lanes --sparse --packed --mode --scalars --json --stats --color -h --help' -- "$current"))
      else COMPREPLY=($(compgen -f -- "$current"))
      fi ;;
    check)
      if [[ $current == -* ]]; then COMPREPLY=($(compgen -W '--program --at --types --precision --random --tolerance --json --stats --color -h --help' -- "$current"))
      else COMPREPLY=($(compgen -f -- "$current"))
      fi ;;
    compile)
      if [[ $current == -* ]]; then COMPREPLY=($(compgen -W '--program --at --types --precision --of --wrt --mode --packed --runs --limit --engine --math --threads --json --stats --color -h --help' -- "$current"))
      else COMPREPLY=($(compgen -f -- "$current"))
      fi ;;
    bench)
      if [[ $current == -* ]]; then COMPREPLY=($(compgen -W '--program --at --types --precision --of --wrt --mode --packed --random --runs --seconds --limit --math --threads --json --stats --color -h --help' -- "$current"))
      else COMPREPLY=($(compgen -f -- "$current"))
      fi ;;
    train)
      if [[ $current == -* ]]; then COMPREPLY=($(compgen -W '--net --loss --regularize --initializer --bias-initializer --optimizer --rate --schedule --epochs --batch --patience --seed --clip --average --accumulate --group --freeze --from --from-layers --engine --math --threads --target --ignore --text --categorical --learn --standardize --test --validation --missing --dtype --grey --image-size --header --separator --augment --resume --shards --snapshot-every --report -o --out --json --stats --color -h --help' -- "$current"))
      else COMPREPLY=($(compgen -f -- "$current"))
      fi ;;
    predict)
      if [[ $current == -* ]]; then COMPREPLY=($(compgen -W '--sample --prompt --temperature --seed --each -o --out --grey --image-size --header --separator --engine --math --threads --json --stats --color -h --help' -- "$current"))
      else COMPREPLY=($(compgen -f -- "$current"))
      fi ;;
    evaluate)
      if [[ $current == -* ]]; then COMPREPLY=($(compgen -W '--part --worst --header --separator --engine --math --threads --json --stats --color -h --help' -- "$current"))
      else COMPREPLY=($(compgen -f -- "$current"))
      fi ;;
    profile)
      if [[ $current == -* ]]; then COMPREPLY=($(compgen -W '--net --loss --optimizer --batch --dtype --seconds -o --out --engine --math --threads --json --stats --color -h --help' -- "$current"))
      else COMPREPLY=($(compgen -f -- "$current"))
      fi ;;
    sweep)
      if [[ $current == -* ]]; then COMPREPLY=($(compgen -W '--vary --random --jobs --net --loss --regularize --initializer --bias-initializer --optimizer --rate --schedule --epochs --batch --patience --seed --clip --average --accumulate --group --freeze --from --from-layers --engine --math --threads --target --ignore --text --categorical --learn --standardize --test --validation --missing --dtype --grey --image-size --header --separator --report -o --out --json --stats --color -h --help' -- "$current"))
      else COMPREPLY=($(compgen -f -- "$current"))
      fi ;;
    import)
      if [[ $current == -* ]]; then COMPREPLY=($(compgen -W '--net --map --like --example --mean --deviation --classes --precision -o --out --json --stats --color -h --help' -- "$current"))
      else COMPREPLY=($(compgen -f -- "$current"))
      fi ;;
    export)
      if [[ $current == -* ]]; then COMPREPLY=($(compgen -W '-o --output --json --stats --color -h --help' -- "$current"))
      else COMPREPLY=($(compgen -f -- "$current"))
      fi ;;
    data)
      if [[ $current == -* ]]; then COMPREPLY=($(compgen -W '--train --test --seed --json --stats --color -h --help' -- "$current"))
      else COMPREPLY=($(compgen -d -- "$current"))
      fi ;;
    primitives)
      if [[ $current == -* ]]; then COMPREPLY=($(compgen -W '--family --names --markdown --json --stats --color -h --help' -- "$current"))
      else COMPREPLY=($(compgen -W "$(wengert primitives --names 2>/dev/null)" -- "$current"))
      fi ;;
    demo)
      if [[ $current == -* ]]; then COMPREPLY=($(compgen -W '--data --net --loss --regularize --initializer --bias-initializer --optimizer --rate --schedule --epochs --batch --patience --seed --clip --average --accumulate --group --freeze --from --from-layers --engine --math --threads -o --out --json --stats --color -h --help' -- "$current"))
      fi ;;
  esac
}
complete -o filenames -F _wengert wengert
