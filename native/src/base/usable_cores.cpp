// How many threads are worth starting: physical cores, since two threads of a core share its vector units,
// that the affinity mask allows, and no more than a cgroup's CPU quota pays for.
#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <thread>

#include "base/thread_pool.h"

#if defined(__linux__)
#include <sched.h>
#endif

namespace tiergate {
namespace {

#if defined(__linux__)
std::string first_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

/// Distinct cores of the affinity mask; 0: unknown.
int32_t allowed_cores() {
  cpu_set_t mask;
  CPU_ZERO(&mask);
  if (sched_getaffinity(0, sizeof mask, &mask) != 0) return 0;
  std::set<std::string> cores;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (!CPU_ISSET(cpu, &mask)) continue;
    const std::string topology =
        "/sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/topology/thread_siblings_list";
    const std::string siblings = first_line(topology);
    cores.insert(siblings.empty() ? std::to_string(cpu) : siblings);
  }
  return static_cast<int32_t>(cores.size());
}

/// Whole CPUs of the quota of one cgroup folder; 0: no quota. v2: "max 100000" or "150000 100000".
int32_t quota_of(const std::string& folder) {
  std::istringstream v2(first_line(folder + "/cpu.max"));
  double quota = 0, period = 0;
  if (!(v2 >> quota >> period)) {
    std::istringstream v1_quota(first_line(folder + "/cpu.cfs_quota_us"));
    std::istringstream v1_period(first_line(folder + "/cpu.cfs_period_us"));
    if (!(v1_quota >> quota) || !(v1_period >> period)) return 0;
  }
  return quota > 0 && period > 0 ? std::max(1, static_cast<int32_t>(quota / period)) : 0;
}

/// The smallest quota of this process's cgroup and those above it; 0: none. Lines: "0::/a/b" (v2),
/// "4:cpu,cpuacct:/a" (v1).
int32_t cgroup_quota() {
  int32_t smallest = 0;
  std::ifstream groups("/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    const size_t first = line.find(':'), second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = "," + line.substr(first + 1, second - first - 1) + ",";
    const bool v2 = controllers == ",,";
    if (!v2 && controllers.find(",cpu,") == std::string::npos) continue;
    const std::string root = v2 ? "/sys/fs/cgroup" : "/sys/fs/cgroup/cpu";
    std::string path = line.substr(second + 1);
    for (;;) {  // inside a container the path may not exist: its own group is then mounted at the root
      const int32_t quota = quota_of(root + path);
      if (quota > 0) smallest = smallest == 0 ? quota : std::min(smallest, quota);
      const size_t slash = path.find_last_of('/');
      if (path.empty() || slash == std::string::npos) break;
      path.resize(slash);
    }
  }
  return smallest;
}
#else
int32_t allowed_cores() { return 0; }
int32_t cgroup_quota() { return 0; }
#endif

}  // namespace

int32_t usable_cores() {
  int32_t cores = allowed_cores();
  if (cores == 0) cores = std::max(1, static_cast<int32_t>(std::thread::hardware_concurrency()));
  const int32_t quota = cgroup_quota();
  return quota > 0 ? std::min(cores, quota) : cores;
}

}  // namespace tiergate
