// A STAND-IN for the little of Newtonsoft.Json that the media library gives away: a JObject of strings, and its text.
using System.Collections.Generic;
using System.Linq;

namespace Newtonsoft.Json.Linq
{
    public class JToken
    {
        protected string Text = "null";

        public static implicit operator JToken(string value)
        {
            return new JToken { Text = "\"" + value.Replace("\\", "\\\\").Replace("\"", "\\\"") + "\"" };
        }

        public override string ToString() { return Text; }
    }

    public class JObject : JToken
    {
        readonly Dictionary<string, JToken> properties = new Dictionary<string, JToken>();

        public JToken this[string name]
        {
            get { return properties[name]; }
            set { properties[name] = value; }
        }

        public override string ToString()
        {
            return "{" + string.Join(",", properties.Select(p => (JToken)p.Key + ":" + p.Value)) + "}";
        }
    }
}
