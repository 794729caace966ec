// SPDX-License-Identifier: Apache-2.0
#include "wengert/cli/plan_file.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "wengert/base/error.h"
#include "wengert/io/file.h"
#include "wengert/io/json.h"
#include "wengert/ir/text.h"

namespace wengert::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* countings[] = {"all", "no-units", "no-numbers"};

Json numbers(const std::vector<VertexId>& vertices) {
  Json list = Json::array();
  for (const VertexId v : vertices) list.push_back(index(v));
  return list;
}

std::vector<VertexId> vertices(const Json& list) {
  std::vector<VertexId> result;
  for (const Json& number : list) result.push_back(VertexId{number.get<uint32_t>()});
  return result;
}

}  // namespace

const char* counting_name(Counting counting) { return countings[static_cast<size_t>(counting)]; }

Counting counting_of(const std::string& name) {
  for (const Counting counting : {Counting::all, Counting::units_free, Counting::numbers_folded})
    if (name == counting_name(counting)) return counting;
  throw UsageError("W725", fmt::format("no way of counting is called \"{}\"", name), {}, "all, no-units or no-numbers");
}

void write_certificate(const std::string& path, const Program& program, const EliminationPlan& plan) {
  Json document{{"certificate", "elimination order"}, {"version", 1},
                {"program", print(program)},          {"count", counting_name(plan.counting)},
                {"order", numbers(plan.choice)},      {"multiplications", plan.cost},
                {"lower_bound", plan.lower_bound},    {"enumerated", plan.enumerated},
                {"searched", plan.searched},          {"first", numbers(plan.first)},
                {"clusters", Json::array()}};
  for (const auto& [members, least] : plan.clusters)
    document["clusters"].push_back({{"vertices", numbers(members)}, {"least", least}});
  const std::string text = document.dump(1) + "\n";
  write_file_atomically(path, ByteView(reinterpret_cast<const uint8_t*>(text.data()), text.size()));
}

Certificate read_certificate(const std::string& path) {
  const Bytes bytes = read_file(path);
  const Json document = parse_json({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, path);
  try {
    if (document.at("certificate") != "elimination order" || document.at("version") != 1)
      throw UsageError("W725", path + " is no certificate of this version", {}, "wengert plan PROGRAM --certificate FILE writes one");
    Certificate result;
    result.program = parse(document.at("program").get<std::string>());
    EliminationPlan& plan = result.plan;
    plan.counting = counting_of(document.at("count").get<std::string>());
    plan.choice = vertices(document.at("order")), plan.first = vertices(document.at("first"));
    plan.cost = document.at("multiplications").get<int64_t>(),
    plan.lower_bound = document.at("lower_bound").get<int64_t>();
    plan.searched = document.value("searched", false);  // files of before have none
    plan.enumerated = document.at("enumerated").get<bool>(), plan.proven = plan.cost == plan.lower_bound;
    for (const Json& cluster : document.at("clusters"))
      plan.clusters.emplace_back(vertices(cluster.at("vertices")), cluster.at("least").get<int64_t>());
    return result;
  } catch (const nlohmann::json::exception& error) {
    throw UsageError("W725", fmt::format("{} is no certificate: {}", path, error.what()), {},
                     "wengert plan PROGRAM --certificate FILE writes one");
  }
}

}  // namespace wengert::cli
