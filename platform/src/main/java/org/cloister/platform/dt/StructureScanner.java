// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.dt;

import java.util.Arrays;

/**
 * Checks a structure block and the names it refers to in one pass, and notes where everything is. It keeps the open
 * nodes in the table it makes, so that depth costs nothing.
 *
 * <p>For one thread and one blob.
 */
final class StructureScanner {
    private static final int NONE = -1;

    private final Blob blob;
    private final int end;
    private final int strings;
    private final int lastTerminator;
    private int at;

    private int nodes;
    private int properties;
    private int[] name = new int[64];
    private int[] parent = new int[64];
    private int[] subtreeEnd = new int[64];
    private int[] firstProperty = new int[64];
    private int[] property = new int[256];

    private int open = NONE;
    private int depth;

    private StructureScanner(Blob blob, Header header) {
        this.blob = blob;
        this.at = header.structure();
        this.end = header.structureEnd();
        this.strings = header.strings();
        this.lastTerminator = lastTerminator(blob, header);
    }

    /**
     * Scans the structure block.
     *
     * @throws MalformedDeviceTree with the offset of the first token, name or length that is wrong
     */
    static Structure scan(Blob blob, Header header) {
        return new StructureScanner(blob, header).scan();
    }

    /**
     * Checks the bytes of all property names at once, so that a name is then right if it starts before the last NUL.
     * To look each name up would cost a hostile blob's author four bytes for as many steps as he likes.
     */
    private static int lastTerminator(Blob blob, Header header) {
        int last = NONE;
        for (int at = header.strings(); at < header.stringsEnd(); at++) {
            int character = blob.unsignedByte(at);
            if (character == 0) {
                last = at;
            } else if (!Fdt.isNameCharacter(character)) {
                throw new MalformedDeviceTree(at, "a property name has the byte 0x%02x".formatted(character));
            }
        }
        return last;
    }

    private Structure scan() {
        while (true) {
            int token = at;
            int kind = word("a token");
            switch (kind) {
                case Fdt.BEGIN_NODE -> beginNode(token);
                case Fdt.END_NODE -> endNode(token);
                case Fdt.PROP -> property(token);
                case Fdt.NOP -> { }
                case Fdt.END -> {
                    return finish(token);
                }
                default -> throw new MalformedDeviceTree(token, "there is no token 0x%x".formatted(kind));
            }
        }
    }

    private int word(String what) {
        if (end - at < Fdt.WORD) {
            throw new MalformedDeviceTree(at, "the structure block ends where %s is due".formatted(what));
        }
        int word = blob.word(at);
        at += Fdt.WORD;
        return word;
    }

    private void beginNode(int token) {
        if (open == NONE && nodes > 0) {
            throw new MalformedDeviceTree(token, "a second root node begins");
        }
        if (depth == Fdt.MAX_DEPTH) {
            throw new MalformedDeviceTree(token, "nodes are nested deeper than %d levels".formatted(Fdt.MAX_DEPTH));
        }
        int start = at;
        int terminator = blob.terminator(start, end);
        if (terminator == end) {
            throw new MalformedDeviceTree(start, "the structure block ends inside the name of a node");
        }
        for (int i = start; i < terminator; i++) {
            if (!Fdt.isNodeNameCharacter(blob.unsignedByte(i))) {
                throw new MalformedDeviceTree(i, "the name of a node has the byte 0x%02x"
                        .formatted(blob.unsignedByte(i)));
            }
        }
        if ((terminator == start) != (open == NONE)) {
            throw new MalformedDeviceTree(start, open == NONE
                    ? "the root node has a name"
                    : "a node other than the root has no name");
        }
        skipTo(terminator + 1);
        if (nodes == name.length) {
            growNodes();
        }
        name[nodes] = start;
        parent[nodes] = open;
        firstProperty[nodes] = properties;
        open = nodes++;
        depth++;
    }

    private void endNode(int token) {
        if (open == NONE) {
            throw new MalformedDeviceTree(token, "a node ends where none is open");
        }
        subtreeEnd[open] = nodes;
        open = parent[open];
        depth--;
    }

    private void property(int token) {
        if (open == NONE) {
            throw new MalformedDeviceTree(token, "a property is outside of the root node");
        }
        if (open != nodes - 1) {
            throw new MalformedDeviceTree(token, "a property comes after a child node");
        }
        int lengthAt = at;
        long length = Integer.toUnsignedLong(word("the length of a property"));
        int nameAt = at;
        long nameOffset = Integer.toUnsignedLong(word("the name of a property"));
        if (length > end - at) {
            throw new MalformedDeviceTree(lengthAt,
                    "a property of %d bytes leaves the structure block, which has %d left"
                            .formatted(length, end - at));
        }
        if (nameOffset > lastTerminator - strings) {
            throw new MalformedDeviceTree(nameAt,
                    "the name of a property, at 0x%x of the strings block, does not end in it".formatted(nameOffset));
        }
        if (blob.unsignedByte(strings + (int) nameOffset) == 0) {
            throw new MalformedDeviceTree(nameAt, "a property has no name");
        }
        skipTo(at + (int) length);
        if (properties == property.length) {
            property = Arrays.copyOf(property, 2 * properties);
        }
        property[properties++] = token;
    }

    /** Goes to the next token after {@code position}; a value that ends the block may lack its padding. */
    private void skipTo(int position) {
        at = Math.min(Fdt.aligned(position), end);
    }

    private Structure finish(int token) {
        if (open != NONE) {
            throw new MalformedDeviceTree(token, "the tree ends with %d nodes open".formatted(depth));
        }
        if (nodes == 0) {
            throw new MalformedDeviceTree(token, "the tree ends without a root node");
        }
        if (at != end) {
            throw new MalformedDeviceTree(at, "the structure block goes on for %d bytes after its end"
                    .formatted(end - at));
        }
        int[] bounds = Arrays.copyOf(firstProperty, nodes + 1);
        bounds[nodes] = properties;
        return new Structure(nodes, Arrays.copyOf(name, nodes), Arrays.copyOf(parent, nodes),
                Arrays.copyOf(subtreeEnd, nodes), bounds, Arrays.copyOf(property, properties));
    }

    private void growNodes() {
        name = Arrays.copyOf(name, 2 * nodes);
        parent = Arrays.copyOf(parent, 2 * nodes);
        subtreeEnd = Arrays.copyOf(subtreeEnd, 2 * nodes);
        firstProperty = Arrays.copyOf(firstProperty, 2 * nodes);
    }
}
