// Reads YAML as the tools of Kubernetes do, for tests that ask what a text means to them. Each line of stdin is a text
// as a JSON string; each line of stdout says what the readers make of it, as JSON.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"strings"

	yaml "go.yaml.in/yaml/v3"
	kubectl "k8s.io/apimachinery/pkg/util/yaml"
	sigs "sigs.k8s.io/yaml"
)

// Reading is what a reader makes of a text: its documents, or why it refuses it.
type Reading struct {
	Documents []any  `json:"documents,omitempty"`
	Error     string `json:"error,omitempty"`
}

// Readings are those of a text, by reader.
type Readings struct {
	// V3 has every node: kind, tag, text or children. kpt and kustomize read so.
	V3 Reading `json:"v3"`
	// Kubectl has the JSON that is sent to the API server.
	Kubectl Reading `json:"kubectl"`
}

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<28)
	out := bufio.NewWriter(os.Stdout)
	encoder := json.NewEncoder(out)
	for in.Scan() {
		var text string
		check(json.Unmarshal(in.Bytes(), &text))
		check(encoder.Encode(Readings{V3: readV3(text), Kubectl: readKubectl(text)}))
		check(out.Flush())
	}
	check(in.Err())
}

func readV3(text string) Reading {
	decoder := yaml.NewDecoder(bytes.NewReader([]byte(text)))
	documents := []any{}
	for {
		var node yaml.Node
		err := decoder.Decode(&node)
		if errors.Is(err, io.EOF) {
			return Reading{Documents: documents}
		}
		if err != nil {
			return Reading{Error: err.Error()}
		}
		documents = append(documents, tree(&node))
	}
}

var kinds = map[yaml.Kind]string{
	yaml.DocumentNode: "document",
	yaml.SequenceNode: "sequence",
	yaml.MappingNode:  "mapping",
	yaml.ScalarNode:   "scalar",
	yaml.AliasNode:    "alias",
}

func tree(node *yaml.Node) any {
	children := []any{}
	for _, child := range node.Content {
		children = append(children, tree(child))
	}
	return map[string]any{
		"kind": kinds[node.Kind], "tag": node.ShortTag(), "anchor": node.Anchor, "text": node.Value, "children": children,
	}
}

func readKubectl(text string) Reading {
	if !strings.HasPrefix(strings.TrimSpace(text), "{") && !strings.Contains(text, "\n---") {
		// The decoder adds a line break to a last line without one, which no single object gets from elsewhere.
		var document any
		if err := sigs.Unmarshal([]byte(text), &document); err != nil {
			return Reading{Error: err.Error()}
		}
		return Reading{Documents: []any{document}}
	}
	decoder := kubectl.NewYAMLOrJSONDecoder(bytes.NewReader([]byte(text)), 4096)
	documents := []any{}
	for {
		var document any
		err := decoder.Decode(&document)
		if errors.Is(err, io.EOF) {
			return Reading{Documents: documents}
		}
		if err != nil {
			return Reading{Error: err.Error()}
		}
		documents = append(documents, document)
	}
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
