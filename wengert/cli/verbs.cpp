// SPDX-License-Identifier: Apache-2.0
#include "wengert/cli/verbs.h"

namespace wengert::cli {

const std::vector<Verb>& verbs() {
  static const std::vector<Verb> all{
      print_verb(), eval_verb(),  grad_verb(),    jvp_verb(),  vjp_verb(),        jacobian_verb(), hessian_verb(),
      hvp_verb(),   plan_verb(),  explain_verb(), draw_verb(), emit_verb(),       check_verb(),    compile_verb(),
      bench_verb(), train_verb(), predict_verb(), evaluate_verb(), profile_verb(), sweep_verb(), import_verb(), export_verb(), data_verb(),
      primitives_verb(), demo_verb(),
  };
  return all;
}

}  // namespace wengert::cli
