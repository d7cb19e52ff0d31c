-- PATCH of one attribute of one of N entities: -- N PREFIX
package.path = debug.getinfo(1, "S").source:match("^@(.*/)") .. "?.lua;" .. package.path
require("common")

local n, prefix, base, count
function init(args)
  n, prefix, base, count = tonumber(args[1]), args[2], wrk.path, 0
  math.randomseed(42)
  wrk.headers["Content-Type"] = "application/json"
end

function request()
  count = count + 1
  return wrk.format("PATCH", base .. "/entities/urn:ngsi-ld:Vehicle:" .. prefix .. math.random(0, n - 1) .. "/attrs", nil,
    string.format('{"speed":{"type":"Property","value":%d.5,"unitCode":"KMH","observedAt":"2026-01-01T12:%02d:%02dZ"}}',
      count % 100, count % 60, (count * 7) % 60))
end
