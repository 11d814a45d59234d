// The parts of undici that a run uses: the package loads fetch, web sockets, caches and mocks with them, which take longer
// to start than all the rest of a run.
const Dispatcher = require("../node_modules/undici/lib/dispatcher/dispatcher.js");

// As the package's own entry does; ProxyAgent connects.
Dispatcher.prototype.request = require("../node_modules/undici/lib/api/api-request.js");
Dispatcher.prototype.connect = require("../node_modules/undici/lib/api/api-connect.js");

module.exports = {
  Agent: require("../node_modules/undici/lib/dispatcher/agent.js"),
  Pool: require("../node_modules/undici/lib/dispatcher/pool.js"),
  ProxyAgent: require("../node_modules/undici/lib/dispatcher/proxy-agent.js"),
  buildConnector: require("../node_modules/undici/lib/core/connect.js"),
};
