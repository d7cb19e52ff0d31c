-- GET of one of N entities by id: -- N PREFIX
package.path = debug.getinfo(1, "S").source:match("^@(.*/)") .. "?.lua;" .. package.path
require("common")

local n, prefix, base
function init(args)
  n, prefix, base = tonumber(args[1]), args[2], wrk.path
  math.randomseed(42)
  wrk.headers["Accept"] = "application/json"
end

function request()
  return wrk.format("GET", base .. "/entities/urn:ngsi-ld:Vehicle:" .. prefix .. math.random(0, n - 1))
end
