// The parts of undici that a run uses: the package loads fetch, web sockets, caches and mocks with them, which take longer
// to start than all the rest of a run.
const { setFlagsFromString } = require("node:v8");

// V8 11, of Node 20, optimises undici's parser in WebAssembly after one answer, and the process waits for it to end: 80 ms.
if (process.versions.v8.startsWith("11.")) setFlagsFromString("--wasm-tiering-budget=100000000");

const Dispatcher = require("../node_modules/undici/lib/dispatcher/dispatcher.js");

// As the package's own entry does.
Object.assign(Dispatcher.prototype, require("../node_modules/undici/lib/api"));

module.exports = {
  Agent: require("../node_modules/undici/lib/dispatcher/agent.js"),
  Pool: require("../node_modules/undici/lib/dispatcher/pool.js"),
  ProxyAgent: require("../node_modules/undici/lib/dispatcher/proxy-agent.js"),
  buildConnector: require("../node_modules/undici/lib/core/connect.js"),
};
