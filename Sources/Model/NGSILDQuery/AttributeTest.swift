import JSONTree
import NGSILDModel

/// The parts of an entity that terms are tested on, lent for one evaluation.
struct EntityView {
    let entity: EntityRecord
    let nodes: UnsafeBufferPointer<AttributeNode>
    let bytes: UnsafeBufferPointer<UInt8>
}

/// One term of a query: a path, and what its target must be.
///
/// Where an attribute has several instances, or a path several targets, one that passes is enough. Where the target is
/// missing the term fails, also with `!=` and `!~=`.
///
/// - Source: CIM 009 clause 4.9.
final class AttributeTest: Sendable {
    let path: AttributePath
    let comparison: Comparison

    init(path: AttributePath, comparison: Comparison) {
        self.path = path
        self.comparison = comparison
    }

    /// Whether it is about linked entities, which only `holds(for:links:)` can tell.
    var isLinked: Bool { !path.links.isEmpty }

    func holds(in view: EntityView) -> Bool {
        if isLinked { return false }
        if case .isAbsent = comparison { return !anyTarget(in: view, .exists) }
        return anyTarget(in: view, comparison)
    }

    private func anyTarget(in view: EntityView, _ comparison: Comparison) -> Bool {
        switch path.root {
        case .attribute(let name): anySibling(0, view.nodes.count, named: name, depth: 0, in: view, comparison)
        case .createdAt: comparison.holds(for: view.entity.createdAt)
        case .modifiedAt: comparison.holds(for: view.entity.modifiedAt)
        case .expiresAt: comparison.holds(for: view.entity.expiresAt)
        case .scope: comparison.holds(forTexts: view.entity.scopes)
        }
    }

    /// Whether it holds for what the links of the path lead to.
    func holds(for entity: EntityRecord, links: LinkFollower) -> Bool {
        if case .isAbsent = comparison { return !anyTarget(linkedFrom: entity, link: 0, links, .exists) }
        return anyTarget(linkedFrom: entity, link: 0, links, comparison)
    }

    private func anyTarget(
        linkedFrom entity: EntityRecord, link: Int, _ links: LinkFollower, _ comparison: Comparison
    ) -> Bool {
        guard link < path.links.count else {
            return entity.attributes.nodes.withUnsafeBufferPointer { nodes in
                entity.attributes.bytes.withUnsafeBufferPointer { bytes in
                    anyTarget(in: EntityView(entity: entity, nodes: nodes, bytes: bytes), comparison)
                }
            }
        }
        let step = path.links[link]
        for root in entity.attributes.roots(named: step.relationship) {
            for id in entity.attributes.objects(of: root) {
                guard let target = links.entity(id) else { continue }
                if !step.types.isEmpty, !target.types.contains(where: step.types.contains) { continue }
                if anyTarget(linkedFrom: target, link: link + 1, links, comparison) { return true }
            }
        }
        return false
    }

    /// Looks through the siblings in a range of nodes.
    private func anySibling(
        _ first: Int, _ end: Int, named name: TermID, depth: Int, in view: EntityView, _ comparison: Comparison
    ) -> Bool {
        var index = first
        while index < end {
            if view.nodes[index].name == name, holds(at: index, depth: depth, in: view, comparison) { return true }
            index += 1 + Int(view.nodes[index].descendants)
        }
        return false
    }

    /// Whether the instance at an index, reached by the first `depth` sub-attributes, leads to a target that passes.
    func holds(at index: Int, depth: Int, in view: EntityView, _ comparison: Comparison) -> Bool {
        let node = view.nodes[index]
        if depth < path.subAttributes.count {
            let end = min(index + 1 + Int(node.descendants), view.nodes.count)
            return anySibling(index + 1, end, named: path.subAttributes[depth], depth: depth + 1, in: view, comparison)
        }
        if let member = path.member { return comparison.holds(for: member, of: node, in: view.bytes) }
        let value = StoredJSON(view.bytes, node.value)
        switch node.kind {
        case .property, .geoProperty, .jsonProperty, .listProperty:
            guard let target = value.descending(path.trailing) else { return false }
            return comparison.holds(for: target)
        case .languageProperty: return comparison.holds(forLanguageMap: value, path.trailing)
        case .vocabProperty: return path.trailing.isEmpty && comparison.holds(forTermsIn: view.bytes, node.value)
        case .relationship: return path.trailing.isEmpty && comparison.holds(forObject: value)
        case .listRelationship: return path.trailing.isEmpty && comparison.holds(forObjectList: value)
        }
    }
}

extension StoredJSON {
    /// The value that member names lead to, one inside the other.
    fileprivate func descending(_ names: [[UInt8]]) -> StoredJSON? {
        var result = self
        for name in names {
            guard let inner = result.member(name) else { return nil }
            result = inner
        }
        return result
    }
}
