import NGSILDQuery

/// The slots of the entities in each scope, in a tree of levels.
///
/// Costs nothing for entities without a scope, 4 bytes for an entity in a scope that has some already, and about 200
/// for a scope of its own.
///
/// Invariants:
/// 1. A node's `slots` lists, in order and once each, the slots of the entities that have its scope, however they write
///    it. (Names are compared as texts, so two spellings of one accented letter share a node; what is found here is
///    checked again.)
/// 2. Every node but the top has slots or children; those that lose both are given back (`free`).
/// 3. `known` leads to nodes that are there: it is emptied whenever one is given back.
struct ScopeIndex {
    private struct Node {
        var name = ""
        var parent: UInt32 = 0
        var children: [String: UInt32] = [:]
        var slots = ContiguousArray<UInt32>()
    }

    private var nodes: ContiguousArray<Node> = [Node()]
    private var free: [UInt32] = []
    /// The nodes of scopes that were written of late, so that the next entity in one need not take its scope apart.
    private var known: [String: UInt32] = [:]

    /// How many nodes a pattern may mean. Where there are more, so many entities match that any scan soon has a page.
    private static let nodeLimit = 4_096
    private static let knownLimit = 4_096

    // MARK: Keeping it

    mutating func insert(_ slot: UInt32, in scope: String) {
        let index = Int(node(of: scope))
        guard let last = nodes[index].slots.last, last >= slot else { return nodes[index].slots.append(slot) }
        let position = TenantState.lowerBound(nodes[index].slots, slot)
        if nodes[index].slots[position] != slot { nodes[index].slots.insert(slot, at: position) }
    }

    mutating func remove(_ slot: UInt32, from scope: String) {
        guard let found = existingNode(of: scope) else { return }
        let index = Int(found)
        let position = TenantState.lowerBound(nodes[index].slots, slot)
        guard position < nodes[index].slots.count, nodes[index].slots[position] == slot else { return }
        nodes[index].slots.remove(at: position)
        guard nodes[index].slots.isEmpty else { return }
        nodes[index].slots = []
        prune(found)
    }

    private func existingNode(of scope: String) -> UInt32? {
        if let node = known[scope] { return node }
        var index: UInt32 = 0
        for level in ScopePattern.levels(of: scope) {
            guard let child = nodes[Int(index)].children[String(level)] else { return nil }
            index = child
        }
        return index
    }

    private mutating func node(of scope: String) -> UInt32 {
        if let node = known[scope] { return node }
        var index: UInt32 = 0
        for level in ScopePattern.levels(of: scope) {
            let name = String(level)
            if let child = nodes[Int(index)].children[name] {
                index = child
            } else {
                index = add(Node(name: name, parent: index))
            }
        }
        if known.count >= Self.knownLimit { known = [:] }
        known[scope] = index
        return index
    }

    private mutating func add(_ node: Node) -> UInt32 {
        let index: UInt32
        if let reused = free.popLast() {
            index = reused
            nodes[Int(index)] = node
        } else {
            index = UInt32(nodes.count)
            nodes.append(node)
        }
        nodes[Int(node.parent)].children[node.name] = index
        return index
    }

    private mutating func prune(_ start: UInt32) {
        if !known.isEmpty { known = [:] }
        var index = start
        while index != 0, nodes[Int(index)].slots.isEmpty, nodes[Int(index)].children.isEmpty {
            let (name, parent) = (nodes[Int(index)].name, nodes[Int(index)].parent)
            nodes[Int(index)] = Node()
            free.append(index)
            nodes[Int(parent)].children[name] = nil
            index = parent
        }
    }

    // MARK: Asking it

    /// Lists of slots among which all entities are that the query selects, and how many slots they hold.
    ///
    /// - Returns: `nil` where the query means too many scopes.
    func candidates(for query: ScopeQuery) -> (lists: [ContiguousArray<UInt32>], count: Int)? {
        guard let (found, count) = query.narrowest(nodes(for:)) else { return nil }
        var lists: [ContiguousArray<UInt32>] = []
        for index in Set(found.joined()) { lists.append(nodes[Int(index)].slots) }
        return (lists, count)
    }

    private func nodes(for pattern: ScopePattern) -> (found: [UInt32], cost: Int)? {
        var level: [UInt32] = [0]
        for name in pattern.levels {
            var next: [UInt32] = []
            for index in level {
                let children = nodes[Int(index)].children
                if let name {
                    if let child = children[name] { next.append(child) }
                } else {
                    guard next.count + children.count <= Self.nodeLimit else { return nil }
                    next += children.values
                }
            }
            level = next
        }
        if pattern.includesBelow {
            var position = 0
            while position < level.count {
                let children = nodes[Int(level[position])].children
                guard level.count + children.count <= Self.nodeLimit else { return nil }
                level += children.values
                position += 1
            }
        }
        level.removeAll { nodes[Int($0)].slots.isEmpty }
        return (level, level.reduce(0) { $0 + nodes[Int($1)].slots.count })
    }
}

/// Goes through lists of slots as through one, in order, each slot once.
struct SlotMerge {
    private struct Head {
        var slot: UInt32
        let list: Int
    }

    private let lists: [ContiguousArray<UInt32>]
    private var positions: [Int]
    /// A heap whose root is the least slot that has not been given.
    private var heads: [Head] = []

    /// - Parameter first: the least slot that is wanted.
    init(_ lists: [ContiguousArray<UInt32>], from first: UInt32) {
        self.lists = lists
        positions = lists.map { first == 0 ? 0 : TenantState.lowerBound($0, first) }
        heads.reserveCapacity(lists.count)
        for (list, position) in positions.enumerated() where position < lists[list].count {
            heads.append(Head(slot: lists[list][position], list: list))
        }
        for index in stride(from: heads.count / 2 - 1, through: 0, by: -1) { sink(index) }
    }

    mutating func next() -> UInt32? {
        guard let least = heads.first?.slot else { return nil }
        while let head = heads.first, head.slot == least { advance(head.list) }
        return least
    }

    private mutating func advance(_ list: Int) {
        positions[list] += 1
        if positions[list] < lists[list].count {
            heads[0].slot = lists[list][positions[list]]
        } else {
            heads[0] = heads[heads.count - 1]
            heads.removeLast()
        }
        sink(0)
    }

    private mutating func sink(_ start: Int) {
        var index = start
        while true {
            var least = index
            for child in [2 * index + 1, 2 * index + 2] where child < heads.count {
                if heads[child].slot < heads[least].slot { least = child }
            }
            if least == index { return }
            heads.swapAt(index, least)
            index = least
        }
    }
}
