// SPDX-License-Identifier: Apache-2.0
//
// libtorch: a Sequential of Linear layers, its own losses and optimizers, one thread.
#include <torch/torch.h>

#include <cstring>

#include "peers/training_peers.h"

namespace wengert::bench {
namespace {

namespace nn = torch::nn;

class TorchTrainer : public Trainer {
 public:
  explicit TorchTrainer(const TrainingCase& c) : case_(c) {
    torch::set_num_threads(1);
    for (size_t k = 0; k < c.layers(); ++k) {
      if (k > 0 && c.unit == Unit::relu) net_->push_back(nn::ReLU());
      if (k > 0 && c.unit == Unit::tanh) net_->push_back(nn::Tanh());
      nn::Linear linear(c.widths[k], c.widths[k + 1]);
      torch::NoGradGuard constant;
      linear->weight.copy_(tensor(c.weights[k], {c.widths[k], c.widths[k + 1]}).t());
      linear->bias.copy_(tensor(c.biases[k], {c.widths[k + 1]}));
      net_->push_back(linear);
      linears_.push_back(linear);
    }
    x_ = tensor(c.x, {c.batch, c.widths[0]});
    if (c.goal == Goal::squared) y_ = tensor(c.targets, {c.batch, c.widths.back()});
    if (c.goal == Goal::cross_entropy)
      y_ = torch::from_blob(const_cast<int64_t*>(c.labels.data()), {c.batch}, torch::kInt64).clone();
    if (c.method == Method::adam)
      optimizer_ = std::make_unique<torch::optim::Adam>(net_->parameters(), torch::optim::AdamOptions(c.rate));
    if (c.method == Method::gradient_descent)
      optimizer_ = std::make_unique<torch::optim::SGD>(net_->parameters(), c.rate);
  }

  void step() override {
    optimizer_->zero_grad();
    const torch::Tensor outputs = net_->forward(x_);
    const torch::Tensor loss = case_.goal == Goal::cross_entropy
                                   ? nn::functional::cross_entropy(outputs, y_)
                                   : (outputs - y_).square().sum() / static_cast<double>(2 * case_.batch);
    loss.backward();
    optimizer_->step();
  }

  std::vector<float> parameters() override {
    std::vector<float> all;
    for (nn::Linear& linear : linears_)
      for (const torch::Tensor& part : {linear->weight.detach().t().contiguous(), linear->bias.detach()})
        all.insert(all.end(), part.data_ptr<float>(), part.data_ptr<float>() + part.numel());
    return all;
  }

 private:
  static torch::Tensor tensor(const std::vector<float>& values, std::vector<int64_t> shape) {
    return torch::from_blob(const_cast<float*>(values.data()), shape, torch::kFloat32).clone();
  }

  TrainingCase case_;
  nn::Sequential net_;
  std::vector<nn::Linear> linears_;
  torch::Tensor x_, y_;
  std::unique_ptr<torch::optim::Optimizer> optimizer_;
};

}  // namespace

TrainingPeer torch_peer() {
  return {"libtorch " TORCH_VERSION, [](const TrainingCase& c) { return std::make_unique<TorchTrainer>(c); }};
}

}  // namespace wengert::bench
