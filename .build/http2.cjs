// HTTP/2, which undici is not asked for, takes 5 ms to load: what undici itself takes where Node is built without.
module.exports = { constants: {} };
