// SPDX-License-Identifier: Apache-2.0
//
// dlib: its nets are types, so each shape of the bench is one here; their inputs stay in a tensor, as a trainer's
// would.
#include <dlib/dnn.h>

#include <algorithm>

#include "peers/training_peers.h"

namespace wengert::bench {
namespace {

using Input = dlib::input<dlib::matrix<float>>;
template <int width, class Below> using hidden = dlib::relu<dlib::fc<width, Below>>;
template <class Below> using classifier = dlib::loss_multiclass_log<dlib::fc<10, Below>>;

using TwoHidden64 = classifier<hidden<64, hidden<64, Input>>>;
using Digits = classifier<hidden<256, hidden<512, Input>>>;
template <class Below> using three64 = hidden<64, hidden<64, hidden<64, Below>>>;
using Ten = classifier<three64<three64<three64<Input>>>>;

/// What dlib has for an activation that is not there: nothing but fully connected layers have parameters.
template <class Layer> constexpr bool is_dense = false;
template <unsigned long outputs, dlib::fc_bias_mode mode> constexpr bool is_dense<dlib::fc_<outputs, mode>> = true;

template <class Net, class Solver> class DlibTrainer : public Trainer {
 public:
  DlibTrainer(const TrainingCase& c, Solver solver) : case_(c), solvers_(Net::num_computational_layers, solver) {
    const auto inputs = static_cast<long>(c.widths[0]);
    std::vector<dlib::matrix<float>> rows;
    for (long row = 0; row < c.batch; ++row)
      rows.push_back(dlib::mat(&c.x[static_cast<size_t>(row * inputs)], inputs, 1));
    net_.to_tensor(rows.begin(), rows.end(), x_);
    labels_.assign(c.labels.begin(), c.labels.end());
    net_.subnet().forward(x_);  // which makes the parameters
    for_each_parameter([](float& parameter, float value) { parameter = value; });
  }

  void step() override {
    net_.compute_parameter_gradients(x_, labels_.begin());
    net_.update_parameters(dlib::make_sstack(solvers_), case_.rate);
  }

  std::vector<float> parameters() override {
    std::vector<float> all;
    for_each_parameter([&](float& parameter, float) { all.push_back(parameter); });
    return all;
  }

 private:
  /// use(parameter, starting value), in the order of Trainer::parameters: dlib keeps weights [inputs, outputs], then
  /// biases.
  template <class Use> void for_each_parameter(Use use) {
    size_t k = case_.layers();  // layers are visited from the last
    std::vector<std::function<void()>> visits;
    dlib::visit_computational_layers(net_, [&](auto& layer) {
      if constexpr (is_dense<std::decay_t<decltype(layer)>>) {
        --k;
        visits.push_back([this, k, &layer, &use] {
          float* at = layer.get_layer_params().host();
          for (const std::vector<float>* part : {&case_.weights[k], &case_.biases[k]})
            for (const float value : *part) use(*at++, value);
        });
      }
    });
    for (auto visit = visits.rbegin(); visit != visits.rend(); ++visit) (*visit)();
  }

  TrainingCase case_;
  Net net_;
  std::vector<Solver> solvers_;
  dlib::resizable_tensor x_;
  std::vector<unsigned long> labels_;
};

template <class Net> std::unique_ptr<Trainer> trainer(const TrainingCase& c) {
  if (c.method == Method::adam) return std::make_unique<DlibTrainer<Net, dlib::adam>>(c, dlib::adam(0, 0.9F, 0.999F));
  return std::make_unique<DlibTrainer<Net, dlib::sgd>>(c, dlib::sgd(0, 0));
}

}  // namespace

TrainingPeer dlib_peer() {
  return {"dlib", [](const TrainingCase& c) -> std::unique_ptr<Trainer> {
            if (c.unit != Unit::relu || c.goal != Goal::cross_entropy) return nullptr;
            if (c.widths == std::vector<int64_t>{64, 64, 64, 10}) return trainer<TwoHidden64>(c);
            if (c.widths == std::vector<int64_t>{784, 512, 256, 10}) return trainer<Digits>(c);
            if (c.widths == std::vector<int64_t>{64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 10}) return trainer<Ten>(c);
            return nullptr;
          }};
}

}  // namespace wengert::bench
