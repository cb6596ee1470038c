// SPDX-License-Identifier: Apache-2.0
package org.cloister.pool;

/**
 * Finds words of a {@link PageMap} by the longest free run that starts in them. Each word with such a run is in the set
 * of that run's {@linkplain SizeClasses size class}; a set is made when it gets its first member and then kept.
 *
 * <p>Not safe for use by several threads.
 */
final class RunIndex {
    /** Answered when there is no such word or class. */
    static final int NONE = WordSet.NONE;

    private final int[] longest;
    private final WordSet[] members;
    private final WordSet occupied;

    /** Makes an index of {@code words} words, none with a free run, for runs of up to {@code pages} pages. */
    RunIndex(int words, int pages) {
        longest = new int[words];
        members = new WordSet[SizeClasses.of(pages) + 1];
        occupied = new WordSet(members.length);
    }

    /** The pages of the longest free run that starts in a word; 0 when none does. */
    int longest(int word) {
        return longest[word];
    }

    /** Notes the longest free run that starts in a word, 0 for none. */
    void update(int word, int pages) {
        int before = longest[word];
        if (before == pages) {
            return;
        }
        longest[word] = pages;
        int from = before == 0 ? NONE : SizeClasses.of(before);
        int to = pages == 0 ? NONE : SizeClasses.of(pages);
        if (from != to) {
            if (from != NONE) {
                remove(word, from);
            }
            if (to != NONE) {
                add(word, to);
            }
        }
    }

    private void remove(int word, int sizeClass) {
        WordSet set = members[sizeClass];
        set.remove(word);
        if (set.isEmpty()) {
            occupied.remove(sizeClass);
        }
    }

    private void add(int word, int sizeClass) {
        WordSet set = members[sizeClass];
        if (set == null) {
            set = new WordSet(longest.length);
            members[sizeClass] = set;
        }
        set.add(word);
        occupied.add(sizeClass);
    }

    /** The smallest class, {@code sizeClass} or above, that has members, or {@link #NONE}. */
    int occupied(int sizeClass) {
        return sizeClass >= members.length ? NONE : occupied.next(sizeClass);
    }

    /** The lowest word of a class that has members. */
    int first(int sizeClass) {
        return members[sizeClass].first();
    }

    /** The lowest word after {@code word} in a class that has members, or {@link #NONE}. */
    int after(int sizeClass, int word) {
        return members[sizeClass].next(word + 1);
    }

    /** The pages of the longest free run of all; 0 when nothing is free. Looks at each member of the top class. */
    int longest() {
        int top = occupied.last();
        if (top == NONE || SizeClasses.exact(top)) {
            return top == NONE ? 0 : SizeClasses.shortest(top);
        }
        int result = 0;
        for (int word = first(top); word != NONE; word = after(top, word)) {
            result = Math.max(result, longest[word]);
        }
        return result;
    }
}
